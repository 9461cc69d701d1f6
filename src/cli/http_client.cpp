#include "cli/http_client.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <sstream>

#include "core/address.hpp"

namespace slipway::cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
using core::Code;

namespace {

constexpr const char* json_bytes_header = "Inference-Header-Content-Length";
constexpr std::uint64_t most_answer_bytes = 1ULL << 30U;

/// The steps of one request as callbacks, so that one limit covers them all.
class Exchange {
 public:
  Exchange(asio::io_context& context, const Url& url, const HttpQuestion& question)
      : resolver_(context), socket_(context) {
    beast::http::request<beast::http::empty_body> request;
    request.version(11);
    request.method_string(question.method);
    request.target(question.path.empty() ? "/" : question.path);
    request.set(beast::http::field::host, core::host_and_port(url.host, url.port));
    request.set(beast::http::field::user_agent, "slipway/" SLIPWAY_VERSION);
    if (!question.content_type.empty()) request.set(beast::http::field::content_type, question.content_type);
    if (question.json_bytes) request.set(json_bytes_header, std::to_string(*question.json_bytes));
    request.content_length(question.body.size());
    request.keep_alive(false);
    head_ = (std::ostringstream() << request.base()).str();
    body_ = question.body;
    parser_.body_limit(most_answer_bytes);
  }

  void start(const Url& url) {
    resolver_.async_resolve(url.host, std::to_string(url.port), [this](auto error, const auto& found) {
      if (stop(error)) return;
      asio::async_connect(socket_, found, [this](auto failure, const auto& /*endpoint*/) {
        if (stop(failure)) return;
        const std::array request{asio::buffer(std::as_const(head_)), asio::buffer(body_)};
        asio::async_write(socket_, request, [this](auto write_error, std::size_t /*bytes*/) {
          if (stop(write_error)) return;
          beast::http::async_read(socket_, buffer_, parser_, [this](auto read_error, std::size_t /*bytes*/) {
            if (!stop(read_error)) done_ = true;
          });
        });
      });
    });
  }

  bool done() const { return done_; }
  const boost::system::error_code& error() const { return error_; }
  HttpAnswer take() {
    auto& message = parser_.get();
    HttpAnswer answer{.status = message.result_int(), .body = {}, .json_bytes = {}};
    const auto text = message[json_bytes_header];
    std::size_t bytes = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), bytes).ec == std::errc()) answer.json_bytes = bytes;
    answer.body = std::move(message.body());
    return answer;
  }

 private:
  bool stop(const boost::system::error_code& error) {
    error_ = error;
    return static_cast<bool>(error);
  }

  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  std::string head_;
  std::string_view body_;
  beast::flat_buffer buffer_;
  beast::http::response_parser<beast::http::string_body> parser_;
  boost::system::error_code error_;
  bool done_ = false;
};

}  // namespace

bool looks_like_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

core::Result<Url> parse_url(std::string_view text, std::string_view scheme) {
  if (!text.starts_with(scheme)) {
    return core::fail(Code::invalid_argument, fmt::format("{}: an address that begins with {} expected", text, scheme));
  }
  std::string_view rest = text.substr(scheme.size());
  Url url;
  if (scheme == "grpc://") url.port = 8001;
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) {
    for (const char letter : rest.substr(slash)) {  // as a browser sends what is typed; gRPC has it in a message
      const auto byte = static_cast<unsigned char>(letter);
      const bool is_sent_so = (byte > 0x20 && byte < 0x7f) || scheme == "grpc://";
      url.path += is_sent_so ? std::string(1, letter) : fmt::format("%{:02X}", byte);
    }
    while (url.path.ends_with('/')) url.path.pop_back();
    rest = rest.substr(0, slash);
  }
  const auto colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos;
  if (has_port) {
    const std::string_view digits = rest.substr(colon + 1);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (failure != std::errc() || end != digits.data() + digits.size() || url.port == 0)
      return core::fail(Code::invalid_argument, fmt::format("{}: port \"{}\", 1 to 65535 expected", text, digits));
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  if (rest.empty()) return core::fail(Code::invalid_argument, fmt::format("{}: names no host", text));
  url.host = rest;
  return url;
}

core::Result<HttpAnswer> http_request(const Url& url, const HttpQuestion& question, std::chrono::milliseconds limit) {
  const auto failed = [&](std::string_view why) {
    return core::fail(Code::unavailable,
                      fmt::format("http://{}{}: {}", core::host_and_port(url.host, url.port), question.path, why));
  };
  try {
    asio::io_context context(1);
    Exchange exchange(context, url, question);
    exchange.start(url);
    context.run_for(limit);
    if (exchange.done()) return exchange.take();
    if (exchange.error()) return failed(exchange.error().message());
    return failed(fmt::format("no answer within {} ms", limit.count()));
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

}  // namespace slipway::cli
