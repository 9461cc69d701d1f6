#include "presentation/server.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "presentation/client_address.hpp"
#include "presentation/dictation_socket.hpp"
#include "presentation/json.hpp"

namespace crm {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr std::chrono::seconds linger_max{2};
constexpr std::uint32_t header_max = 16U << 10U;

using Parser = http::request_parser<http::string_body>;

/// The page may load what comes from here and nothing else; no other page may frame it or see where it links from.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> security_headers = {
    {{"Content-Security-Policy",
      "default-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
      "frame-ancestors 'none'"},
     {"X-Content-Type-Options", "nosniff"},
     {"X-Frame-Options", "DENY"},
     {"Referrer-Policy", "same-origin"},
     {"Cross-Origin-Opener-Policy", "same-origin"},
     {"Permissions-Policy", "microphone=(self), camera=(), geolocation=()"}}};

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

/// All of a header that may be there several times, as if it were there once.
template <typename Message>
std::string joined(const Message& message, std::string_view name) {
  std::string values;
  const auto [begin, end] = message.equal_range(name);
  for (auto field = begin; field != end; ++field) values += (values.empty() ? "" : ",") + text(field->value());
  return values;
}

/// Everything of a request but its body; nothing where the target cannot be read.
template <typename Message>
std::optional<Request> to_request(const Message& message, const std::string& peer, const ServerOptions& options) {
  Request request{.method = text(message.method_string()),
                  .cookie = text(message[http::field::cookie]),
                  .csrf = text(message["X-CSRF-Token"]),
                  .over_tls = message["X-Forwarded-Proto"] == "https",
                  .cross_site = from_another_site(text(message["Sec-Fetch-Site"]), text(message[http::field::origin]),
                                                  text(message[http::field::host])),
                  .from = client_address(peer, joined(message, "X-Forwarded-For"), options.trusted_proxies)};
  const auto target = text(message.target());
  if (!read_target(target, request)) return std::nullopt;
  return request;
}

http::response<http::string_body> to_message(Response response, unsigned version, bool keep_alive, bool head) {
  http::response<http::string_body> message(static_cast<http::status>(response.status), version);
  for (const auto& [name, value] : security_headers) message.set(name, value);
  message.set(http::field::cache_control, "no-store");
  if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  message.body() = std::move(response.body);
  if (response.status != 204) message.content_length(message.body().size());
  if (head) message.body().clear();
  return message;
}

// GCC 12 destroys aggregates that are made within a co_await expression twice, so answers are made by functions.
Response bad_request(const std::string& why) { return answer(Error{Code::invalid, why, {}, nullptr}); }

Response too_long(const std::string& why) { return answer(Error{Code::too_large, why, {}, nullptr}); }

Response no_socket() { return answer(Error{Code::not_found, "there is no WebSocket here", {}, nullptr}); }

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(asio::io_context& io, ServerOptions chosen, Api& handlers, const StaticFiles& page,
        SpeechService& speech_service)
      : options(std::move(chosen)),
        api(handlers),
        files(page),
        speech(speech_service),
        acceptor(io, tcp::endpoint(asio::ip::make_address(options.host), options.port)),
        workers(options.workers) {}

  asio::awaitable<void> accept();
  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<bool> exchange(beast::tcp_stream& stream, beast::flat_buffer& buffer, const std::string& peer);
  asio::awaitable<std::optional<Response>> read_body(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                                     Parser& parser, const Request& head);
  asio::awaitable<void> dictate(beast::tcp_stream& stream, Parser& parser, Request request);
  asio::awaitable<void> write(beast::tcp_stream& stream, Response response, const Parser& parser, bool keep_alive);

  /// Does something on a worker thread and comes back.
  template <typename Work>
  asio::awaitable<std::invoke_result_t<Work>> on_worker(Work work) {
    co_return co_await asio::co_spawn(
        workers, [&]() -> asio::awaitable<std::invoke_result_t<Work>> { co_return work(); }, use_awaitable);
  }

  ServerOptions options;
  Api& api;
  const StaticFiles& files;
  SpeechService& speech;
  tcp::acceptor acceptor;
  asio::thread_pool workers;
  std::set<beast::tcp_stream*> waiting;  ///< connections between two requests, and dictations
  std::size_t connections = 0;
  bool stopping = false;
};

asio::awaitable<void> Server::State::accept() {
  while (!stopping) {
    error_code error;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(use_awaitable, error));
    if (stopping) break;
    if (error) {  // no more files, say: wait a little for some to be closed
      spdlog::warn("accept: {}", error.message());
      asio::steady_timer timer(acceptor.get_executor(), std::chrono::milliseconds(100));
      co_await timer.async_wait(use_awaitable);
      continue;
    }
    if (connections >= options.connections_max) continue;  // which closes it
    ++connections;
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)),
                   [self = shared_from_this()](const std::exception_ptr&) { --self->connections; });
  }
}

asio::awaitable<void> Server::State::serve(tcp::socket socket) {
  error_code error;
  socket.set_option(tcp::no_delay(true), error);
  const auto peer = socket.remote_endpoint(error).address().to_string();
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  while (co_await exchange(stream, buffer, peer)) {
  }
  // What still comes is thrown away for a while: closing over it would take the answer from a client that still sends.
  stream.socket().shutdown(tcp::socket::shutdown_send, error);
  stream.expires_after(linger_max);
  std::array<char, 16384> rest;
  while (!error && !stopping) {
    co_await stream.async_read_some(asio::buffer(rest), asio::redirect_error(use_awaitable, error));
  }
}

/// One request and its answer; false when the connection is at its end.
asio::awaitable<bool> Server::State::exchange(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                              const std::string& peer) {
  Parser parser;
  parser.header_limit(header_max);
  parser.body_limit(Api::recording_max);
  error_code error;
  stream.expires_after(options.idle_max);
  waiting.insert(&stream);
  co_await http::async_read_header(stream, buffer, parser, asio::redirect_error(use_awaitable, error));
  waiting.erase(&stream);
  if (error == http::error::body_limit) {
    auto refusal = too_long("the body is too long");
    co_await write(stream, std::move(refusal), parser, false);
    co_return false;
  }
  if (error && error.category() == http::make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message) {
    auto refusal = bad_request("this is no HTTP request: " + error.message());
    co_await write(stream, std::move(refusal), parser, false);
    co_return false;
  }
  if (error || stopping) co_return false;
  auto request = to_request(parser.get(), peer, options);
  if (!request) {
    auto refusal = bad_request("the address has a broken escape, or one that is not UTF-8");
    co_await write(stream, std::move(refusal), parser, false);
    co_return false;
  }
  if (beast::websocket::is_upgrade(parser.get())) {
    co_await dictate(stream, parser, std::move(*request));
    co_return false;
  }
  auto refused = co_await read_body(stream, buffer, parser, *request);
  if (refused) {
    co_await write(stream, std::move(*refused), parser, false);
    co_return false;
  }
  request->body = std::move(parser.get().body());
  const bool keep_alive = parser.get().keep_alive() && !stopping;
  Response response;
  if (Api::needs_no_database(*request)) {
    response = api.handle(*request);
  } else {
    response = co_await on_worker(
        [&] { return request->path.starts_with("/api/") ? api.handle(*request) : files.get(*request); });
  }
  co_await write(stream, std::move(response), parser, keep_alive && !stopping);
  co_return keep_alive && !stopping;
}

asio::awaitable<std::optional<Response>> Server::State::read_body(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                                                  Parser& parser, const Request& head) {
  auto body_max = Api::body_bytes_max;
  if (Api::takes_file(head)) body_max = co_await on_worker([&] { return api.file_max(head); });
  const auto too_large = "the body is longer than " + std::to_string(body_max) + " bytes";
  if (parser.content_length().value_or(0) > body_max) co_return too_long(too_large);
  parser.body_limit(body_max);
  error_code error;
  if (parser.get()[http::field::expect] == "100-continue") {
    const http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
    http::response_serializer<http::empty_body> serializer(go_on);
    co_await http::async_write_header(stream, serializer, asio::redirect_error(use_awaitable, error));
  }
  stream.expires_after(options.idle_max);
  parser.eager(true);
  while (!error && !parser.is_done()) {
    // A file takes as long as its line is slow; what is short must not hold a connection for ever.
    if (body_max > Api::body_bytes_max) stream.expires_after(options.idle_max);
    co_await http::async_read_some(stream, buffer, parser, asio::redirect_error(use_awaitable, error));
  }
  if (error == http::error::body_limit) co_return too_long(too_large);
  if (error) co_return bad_request("the request ended before its body: " + error.message());
  co_return std::nullopt;
}

asio::awaitable<void> Server::State::write(beast::tcp_stream& stream, Response response, const Parser& parser,
                                           bool keep_alive) {
  const auto& request = parser.get();
  const auto message = to_message(std::move(response), request.version() == 10 ? 10 : 11, keep_alive,
                                  request.method() == http::verb::head);
  http::response_serializer<http::string_body> serializer(message);
  error_code error;
  stream.expires_after(options.idle_max);
  if (request.method() == http::verb::head) {
    co_await http::async_write_header(stream, serializer, asio::redirect_error(use_awaitable, error));
  }
  while (!error && !serializer.is_done() && request.method() != http::verb::head) {
    stream.expires_after(options.idle_max);
    co_await http::async_write_some(stream, serializer, asio::redirect_error(use_awaitable, error));
  }
  if (error) stream.close();
}

asio::awaitable<void> Server::State::dictate(beast::tcp_stream& stream, Parser& parser, Request request) {
  if (request.path != "/api/dictation/stream") {
    auto refusal = no_socket();
    co_await write(stream, std::move(refusal), parser, false);
    co_return;
  }
  auto refused = co_await on_worker([&] { return api.refuse_dictation(request); });
  if (refused) {
    co_await write(stream, std::move(*refused), parser, false);
    co_return;
  }
  const auto language = request.parameter("language");
  if (language != "en" && language != "pt") {
    auto refusal = bad_request("language: en or pt expected");
    co_await write(stream, std::move(refusal), parser, false);
    co_return;
  }
  waiting.insert(&stream);
  co_await run_dictation(stream, parser.get(), language, speech);
  waiting.erase(&stream);
}

Server::Server(asio::io_context& context, ServerOptions options, Api& api, const StaticFiles& files,
               SpeechService& speech)
    : state_(std::make_shared<State>(context, std::move(options), api, files, speech)) {
  asio::co_spawn(
      context, [state = state_]() { return state->accept(); }, asio::detached);
}

Server::~Server() { state_->workers.join(); }

std::uint16_t Server::port() const { return state_->acceptor.local_endpoint().port(); }

void Server::stop() {
  state_->stopping = true;
  state_->acceptor.close();
  for (auto* stream : state_->waiting) stream->close();
}

}  // namespace crm
