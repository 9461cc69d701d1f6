#include "fetch/connection.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <condition_variable>
#include <limits>
#include <memory>
#include <mutex>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

namespace slipway::fetch {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

Connection::Connection(const Url& url, asio::ssl::context* tls, const Limits& limits)
    : url_(url), tls_(tls), limits_(limits), stop_(limits.stop, [this] { context_.stop(); }) {
  constexpr std::uint32_t head_bytes_max = 64U * 1024U;
  parser_.header_limit(head_bytes_max);
  parser_.body_limit(boost::none);  // a file's limit is the disk
}

std::optional<std::uint64_t> Connection::length() const {
  const auto length = parser_.content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

Tried<void> Connection::wait(std::string_view doing, const std::function<void(Handler)>& start) {
  // what was on its way when the stop came still is, and there may be one operation of a kind
  if (limits_.stop.stop_requested()) return std::unexpected(late(doing));
  bool done = false;
  error_code failure;
  start([&](error_code error) {
    done = true;
    failure = error;
  });
  const auto quiet_end = std::chrono::steady_clock::now() + limits_.quiet;
  const auto end = std::min(limits_.end, quiet_end);
  context_.restart();
  // a stop that came before the restart is seen here, one that comes after it ends the run
  while (!done && !limits_.stop.stop_requested() && context_.run_one_until(end) > 0) {
  }
  // what is still on its way refers to what lies here, and is thrown away without being called
  if (!done) context_.stop();
  if (!done || limits_.stop.stop_requested()) return std::unexpected(late(doing));
  if (!failure) return {};
  return for_now(
      fmt::format("{}: {}: {}", url_.text(), doing,
                  failure == http::error::partial_message ? "the connection ended too early" : failure.message()));
}

Failure Connection::late(std::string_view doing) const {
  if (limits_.stop.stop_requested()) return for_good(fmt::format("{}: interrupted", url_.text())).error();
  if (limits_.is_over())
    return for_good(fmt::format("{}: {}: not done when the time was over", url_.text(), doing)).error();
  return for_now(fmt::format("{}: {}: nothing came for {} ms", url_.text(), doing, limits_.quiet.count())).error();
}

Tried<asio::ip::tcp::resolver::results_type> Connection::resolve() {
  constexpr std::string_view doing = "finding its host";
  struct Shared {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool is_done = false;
    error_code failure;
    asio::ip::tcp::resolver::results_type found;
  };
  // shared with a thread that may outlive this
  const auto shared = std::make_shared<Shared>();
  std::thread([shared, host = url_.host, port = std::to_string(url_.port)] {
    asio::io_context context;
    error_code failure;
    auto found =
        asio::ip::tcp::resolver(context).resolve(host, port, asio::ip::tcp::resolver::numeric_service, failure);
    const std::lock_guard lock(shared->mutex);
    shared->is_done = true;
    shared->failure = failure;
    shared->found = std::move(found);
    shared->changed.notify_all();
  }).detach();
  const auto end = std::min(limits_.end, std::chrono::steady_clock::now() + limits_.quiet);
  std::unique_lock lock(shared->mutex);
  if (!shared->changed.wait_until(lock, limits_.stop, end, [&] { return shared->is_done; }))
    return std::unexpected(late(doing));
  if (shared->failure) return for_now(fmt::format("{}: {}: {}", url_.text(), doing, shared->failure.message()));
  return std::move(shared->found);
}

template <class Action>
void Connection::with_stream(const Action& action) {
  if (secure_) {
    action(*secure_);
  } else {
    action(tcp_);
  }
}

Tried<void> Connection::connect() {
  TRY(const auto found, resolve());
  TRY_VOID(wait("connecting", [&](const Handler& done) {
    asio::async_connect(tcp_, found, [done](error_code error, const auto& /*endpoint*/) { done(error); });
  }));
  if (tls_ == nullptr) return {};
  return shake_hands(*tls_);
}

Tried<void> Connection::shake_hands(asio::ssl::context& tls) {
  secure_.emplace(tcp_, tls);
  error_code is_no_address;
  asio::ip::make_address(url_.host, is_no_address);
  // servers of many names choose the certificate by it; addresses do not belong there
  std::string name = url_.host;
  // what SSL_set_tlsext_host_name is, without its cast
  const long type = TLSEXT_NAMETYPE_host_name;
  if (is_no_address && SSL_ctrl(secure_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, type, name.data()) != 1)
    return for_good(fmt::format("{}: its host's name is too long", url_.text()));
  secure_->set_verify_mode(asio::ssl::verify_peer);
  secure_->set_verify_callback(asio::ssl::host_name_verification(url_.host));
  auto shaken = wait("agreeing on TLS", [&](const Handler& done) {
    secure_->async_handshake(asio::ssl::stream_base::client, [done](error_code error) { done(error); });
  });
  if (shaken) return {};
  const long verified = SSL_get_verify_result(secure_->native_handle());
  if (verified == X509_V_OK) return shaken;
  return for_good(
      fmt::format("{}: its certificate is not trusted: {}", url_.text(), X509_verify_cert_error_string(verified)));
}

Tried<void> Connection::exchange(const Request& request) {
  question_ = (std::ostringstream() << request.base()).str();
  TRY_VOID(wait("asking", [&](const Handler& done) {
    with_stream([&](auto& stream) {
      asio::async_write(stream, asio::buffer(question_),
                        [done](error_code error, std::size_t /*bytes*/) { done(error); });
    });
  }));
  return wait("waiting for the answer", [&](const Handler& done) {
    with_stream([&](auto& stream) {
      http::async_read_header(stream, buffer_, parser_,
                              [done](error_code error, std::size_t /*bytes*/) { done(error); });
    });
  });
}

Tried<std::size_t> Connection::read(std::span<char> into) {
  auto& body = parser_.get().body();
  while (!parser_.is_done()) {
    body.data = into.data();
    body.size = into.size();
    TRY_VOID(wait("reading", [&](const Handler& done) {
      with_stream([&](auto& stream) {
        http::async_read_some(stream, buffer_, parser_, [done](error_code error, std::size_t /*bytes*/) {
          // the buffer is full, which is what it is for
          done(error == http::error::need_buffer ? error_code() : error);
        });
      });
    }));
    if (const std::size_t got = into.size() - body.size; got > 0) return got;
  }
  return 0;
}

}  // namespace slipway::fetch
