#include "speech/speech_socket.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <iterator>
#include <utility>
#include <variant>

namespace crm {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::use_awaitable;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr std::chrono::seconds connect_max{3};
constexpr std::chrono::seconds answer_max{30};  ///< after stop(), for the last text of a service that is there
constexpr std::chrono::milliseconds try_first{200};
constexpr std::chrono::milliseconds try_max{3000};
constexpr std::size_t models_max = 1U << 20U;

asio::awaitable<error_code> reach(beast::tcp_stream& stream, const ServiceAddress& address) {
  error_code error;
  tcp::resolver resolver(stream.get_executor());
  const auto found =
      co_await resolver.async_resolve(address.host, address.port, asio::redirect_error(use_awaitable, error));
  if (error) co_return error;
  stream.expires_after(connect_max);
  co_await stream.async_connect(found, asio::redirect_error(use_awaitable, error));
  co_return error;
}

std::string cannot_reach(const ServiceAddress& address, const error_code& error) {
  return "the speech service at " + address.authority() + " cannot be reached: " + error.message();
}

}  // namespace

asio::awaitable<std::expected<std::string, std::string>> get_models(ServiceAddress address) {
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  if (const auto error = co_await reach(stream, address)) co_return std::unexpected(cannot_reach(address, error));
  http::request<http::empty_body> request(http::verb::get, address.path + "/v1/models", 11);
  request.set(http::field::host, address.authority());
  request.keep_alive(false);
  error_code error;
  co_await http::async_write(stream, request, asio::redirect_error(use_awaitable, error));
  if (error) co_return std::unexpected(cannot_reach(address, error));
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(models_max);
  co_await http::async_read(stream, buffer, parser, asio::redirect_error(use_awaitable, error));
  if (error) co_return std::unexpected(cannot_reach(address, error));
  if (parser.get().result() != http::status::ok) {
    co_return std::unexpected("the speech service at " + address.authority() + " answered " +
                              std::to_string(parser.get().result_int()) + " to GET /v1/models");
  }
  co_return std::move(parser.get().body());
}

SpeechSocket::SpeechSocket(asio::io_context& context, SpeechTarget target, std::string language, int rate,
                           SpeechEvents& events)
    : context_(context),
      target_(std::move(target)),
      language_(std::move(language)),
      rate_(rate),
      events_(&events),
      wake_(context) {}

void SpeechSocket::send(std::string sound) {
  if (stopping_ || sound.empty()) return;
  kept_bytes_ += sound.size();
  waiting_.push_back(std::move(sound));
  keep_bound();
  wake_.cancel();
}

void SpeechSocket::keep_bound() {
  const auto kept_max = static_cast<std::size_t>(rate_) * sizeof(std::int16_t) * kept_seconds;
  while (kept_bytes_ > kept_max) {
    auto& oldest = sent_.empty() ? waiting_ : sent_;
    cut_ = cut_ || !sent_.empty();
    kept_bytes_ -= oldest.front().size();
    oldest.pop_front();
  }
}

void SpeechSocket::stop() {
  stopping_ = true;
  give_up_ = std::chrono::steady_clock::now() + target_.limits.stop_max;
  wake_.cancel();
}

void SpeechSocket::drop() {
  events_ = nullptr;
  wake_.cancel();
  if (socket_ != nullptr) beast::get_lowest_layer(*socket_).close();
}

asio::awaitable<void> SpeechSocket::run() {
  const auto self = shared_from_this();
  auto pause = try_first;
  while (events_ != nullptr) {
    const auto reason = co_await talk();
    if (events_ == nullptr) co_return;
    if (reason.empty()) {
      end();
      co_return;
    }
    settle();
    if (!was_unavailable_) {
      events_->on_unavailable(reason);
      target_.noticed();
    }
    pause = was_unavailable_ ? std::min(2 * pause, try_max) : try_first;
    was_unavailable_ = true;
    auto next = std::chrono::steady_clock::now() + pause;
    // New sound wakes the timer; only the time, the end or stop() matter here.
    while (events_ != nullptr && std::chrono::steady_clock::now() < next) {
      if (stopping_) next = std::min(next, give_up_);
      wake_.expires_at(next);
      error_code error;
      co_await wake_.async_wait(asio::redirect_error(use_awaitable, error));
    }
    if (events_ != nullptr && stopping_ && std::chrono::steady_clock::now() >= give_up_) {
      end();
      co_return;
    }
  }
}

/// After a connection that broke: what cannot be heard again as a whole is kept as it was understood.
void SpeechSocket::settle() {
  if (!cut_ || interim_.empty()) return;
  events_->on_final(interim_);
  interim_.clear();
  forget_sent();
}

void SpeechSocket::forget_sent() {
  for (const auto& sound : sent_) kept_bytes_ -= sound.size();
  sent_.clear();
  cut_ = false;
}

/// What was understood last but never became final is kept all the same.
void SpeechSocket::end() {
  if (!interim_.empty()) events_->on_final(interim_);
  events_->on_end();
  events_ = nullptr;
}

asio::awaitable<std::string> SpeechSocket::talk() {
  Socket socket(context_);
  if (auto reason = co_await connect(socket); !reason.empty()) co_return reason;
  if (events_ == nullptr) co_return "dropped";
  was_unavailable_ = false;
  events_->on_available();
  target_.noticed();
  stop_sent_ = false;
  // What the last connection had heard without a final text is said again.
  waiting_.insert(waiting_.begin(), std::make_move_iterator(sent_.begin()), std::make_move_iterator(sent_.end()));
  sent_.clear();
  socket_ = &socket;
  using namespace asio::experimental::awaitable_operators;
  const auto ended = co_await (listen(socket) || speak(socket));
  socket_ = nullptr;
  co_return ended.index() == 0 ? std::get<0>(ended) : std::string("the speech service closed the connection");
}

asio::awaitable<std::string> SpeechSocket::connect(Socket& socket) {
  const auto& address = target_.address;
  auto model = target_.model;
  if (model.empty()) {
    const auto models = co_await get_models(address);
    if (!models) co_return models.error();
    auto chosen = choose_model(*models, language_);
    if (!chosen) co_return chosen.error();
    model = std::move(*chosen);
  }
  auto& stream = beast::get_lowest_layer(socket);
  if (const auto error = co_await reach(stream, address)) co_return cannot_reach(address, error);
  stream.expires_never();
  // Pings notice within ten seconds that the other side is gone without a word.
  websocket::stream_base::timeout limits{connect_max, std::chrono::seconds(10), true};
  socket.set_option(limits);
  error_code error;
  const auto host = address.authority();
  const auto path = recognize_target(address, model);
  co_await socket.async_handshake(host, path, asio::redirect_error(use_awaitable, error));
  if (error) co_return cannot_reach(address, error);
  const auto start = start_message(rate_);
  co_await socket.async_write(asio::buffer(start), asio::redirect_error(use_awaitable, error));
  if (error) co_return cannot_reach(address, error);
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer deadline(context_, target_.limits.listening_max);
  const auto answered = co_await (wait_until_listening(socket) || deadline.async_wait(use_awaitable));
  if (answered.index() == 0) co_return std::get<0>(answered);
  co_return "the speech service at " + address.authority() + " did not say in time that it listens";
}

asio::awaitable<std::string> SpeechSocket::wait_until_listening(Socket& socket) {
  SpeechMessage message;
  while (!message.listening) {
    if (auto reason = co_await read(socket, message); !reason.empty()) co_return reason;
  }
  co_return "";
}

asio::awaitable<std::string> SpeechSocket::read(Socket& socket, SpeechMessage& message) {
  beast::flat_buffer buffer;
  error_code error;
  co_await socket.async_read(buffer, asio::redirect_error(use_awaitable, error));
  if (error) co_return cannot_reach(target_.address, error);
  auto understood = read_message(beast::buffers_to_string(buffer.data()));
  if (!understood) co_return understood.error();
  if (!understood->error.empty()) co_return "the speech service says: " + understood->error;
  message = std::move(*understood);
  co_return "";
}

asio::awaitable<std::string> SpeechSocket::listen(Socket& socket) {
  while (true) {
    SpeechMessage message;
    if (auto reason = co_await read(socket, message); !reason.empty()) co_return reason;
    if (events_ == nullptr) co_return "dropped";
    understand(message);
    if (message.listening && stop_sent_) co_return "";
  }
}

void SpeechSocket::understand(const SpeechMessage& message) {
  std::string interim;
  bool any_interim = false;
  bool any_final = false;
  for (const auto& result : message.results) {
    if (!result.is_final) {
      interim += (interim.empty() ? "" : " ") + result.text;
      any_interim = true;
      continue;
    }
    if (!result.text.empty()) events_->on_final(result.text);
    interim_.clear();
    any_final = true;
    forget_sent();
  }
  if (!any_interim) return;
  cut_ = cut_ || any_final;
  interim_ = interim;
  events_->on_interim(interim_);
}

asio::awaitable<void> SpeechSocket::speak(Socket& socket) {
  error_code error;
  while (true) {
    while (!waiting_.empty()) {
      // A copy: keep_bound may take it away while it is on its way.
      const auto sound = sent_.emplace_back(std::move(waiting_.front()));
      waiting_.pop_front();
      socket.binary(true);
      co_await socket.async_write(asio::buffer(sound), asio::redirect_error(use_awaitable, error));
      if (error) break;
    }
    if (!error && stopping_ && !stop_sent_ && waiting_.empty()) {
      stop_sent_ = true;
      const auto stop = stop_message();
      socket.text(true);
      co_await socket.async_write(asio::buffer(stop), asio::redirect_error(use_awaitable, error));
    }
    // The listener finds out why writing failed; this waits until it ends both, or until the service has had its time.
    const auto never = asio::steady_timer::time_point::max();
    wake_.expires_at(stop_sent_ ? std::chrono::steady_clock::now() + answer_max : never);
    co_await wake_.async_wait(asio::redirect_error(use_awaitable, error));
    const bool over = !error;
    if (over || (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;
    error = {};
  }
}

}  // namespace crm
