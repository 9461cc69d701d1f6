#include "front/http/connection.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/read.hpp>
#include <charconv>

#include "front/http/exchange.hpp"
#include "front/http/url.hpp"

namespace slipway::front::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto quiet = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t read_block_bytes = 64U << 10U;
constexpr std::size_t most_lingering_bytes = 4U << 20U;
constexpr std::chrono::milliseconds lingering_limit{2000};
/// How long an answer may take before its client is watched, and how often it is looked at then.
constexpr std::chrono::milliseconds watch_interval{20};

Method method_from(wire::verb verb) {
  switch (verb) {
    case wire::verb::get: return Method::get;
    case wire::verb::head: return Method::head;
    case wire::verb::post: return Method::post;
    case wire::verb::put: return Method::put;
    case wire::verb::delete_: return Method::del;
    case wire::verb::options: return Method::options;
    default: return Method::other;
  }
}

bool has_gone(int socket) {
  char byte = 0;
  const auto count = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/// Some clients end a body with a line more than it has (RFC 9112, 2.2).
void skip_empty_lines(beast::flat_buffer& buffer) {
  const std::string_view text(static_cast<const char*>(buffer.data().data()), buffer.size());
  buffer.consume(std::min(text.find_first_not_of("\r\n"), text.size()));
}

/// A request about the server itself rather than one of its addresses (RFC 9110, 9.3.7).
bool is_about_the_server(const HttpRequest& request) {
  return request.method == Method::options && request.target == "*";
}

bool is_preflight(const HttpRequest& request) {
  return request.method == Method::options && !request.header("access-control-request-method").empty();
}

HttpResponse nothing_to_say() {
  HttpResponse response;
  response.status = 204;
  response.content_type.clear();
  return response;
}

HttpResponse preflight_answer() {
  HttpResponse response = nothing_to_say();
  response.headers = {
      {"Access-Control-Allow-Methods", "GET, POST, OPTIONS"},
      {"Access-Control-Allow-Headers", "Content-Type, Content-Encoding, Inference-Header-Content-Length"},
      {"Access-Control-Max-Age", "3600"}};
  return response;
}

/// Whether a page of another site wants a WebSocket, through the browser of somebody who may: browsers say whose page
/// asks, and ask nobody else.
bool is_foreign(const HttpRequest& request, const std::optional<std::string>& allowed) {
  const std::string_view origin = request.header("origin");
  if (origin.empty() || (allowed && (*allowed == "*" || *allowed == origin))) return false;
  const auto host = origin.find("://");
  return host == std::string_view::npos || origin.substr(host + 3) != request.header("host");
}

/// Where the path begins in a target of the absolute form, "http://host/path" (RFC 9112, 3.2.2).
std::optional<std::size_t> absolute_form_path(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (!beast::iequals(target.substr(0, scheme.size()), scheme)) return std::nullopt;
  const auto slash = target.find('/', scheme.size());
  if (slash == std::string_view::npos) return std::nullopt;
  return slash;
}

/// What RFC 9112 has a server refuse: a request of HTTP/1.1 without one Host (3.2), a body in a transfer coding that it
/// does not know (6.1).
template <class Message>
bool breaks_the_rules(const Message& message, HttpResponse& response) {
  const auto hosts = message.count(wire::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() >= 11)) {
    response = HttpResponse::error(400, fmt::format("{} Host headers given, one expected", hosts));
    return true;
  }
  const auto coding = message[wire::field::transfer_encoding];
  if (coding.empty() || beast::iequals(coding, "chunked")) return false;
  response = HttpResponse::error(501, fmt::format("Transfer-Encoding \"{}\" given, chunked is known",
                                                  std::string_view(coding.data(), coding.size())));
  return true;
}

/// So that the first tensor behind the JSON of a binary request is aligned.
std::size_t lead_for(std::string_view header_length) {
  std::size_t length = 0;
  std::from_chars(header_length.data(), header_length.data() + header_length.size(), length);
  return (core::Buffer::alignment - length % core::Buffer::alignment) % core::Buffer::alignment;
}

}  // namespace

Connection::Connection(std::shared_ptr<asio::io_context> context, asio::ip::tcp::socket socket,
                       const ServerOptions& options, const Router& router)
    : context_(std::move(context)), stream_(std::move(socket)), options_(options), router_(router) {}

void Connection::finish() {
  finishing_ = true;
  if (socket_) return socket_->close("the server ends");
  if (idle_) stream_.cancel();
}

void Connection::abandon() {
  if (socket_) socket_->abandon();
  if (exchange_) exchange_->cancelled = true;
}

asio::awaitable<void> Connection::serve() {
  while (!finishing_) {
    if (!co_await wait_for_request()) break;
    Parser parser;
    form_ = {};
    if (!co_await read_header(parser) || !co_await read_body(parser)) break;
    auto request = co_await request_from(parser);
    if (!request) break;
    if (const SocketOpener* open = opener_for(parser, *request))
      co_return co_await serve_socket(parser, *request, *open);
    HttpResponse response;
    if (options_.cors_origin && is_preflight(*request)) {
      response = preflight_answer();
    } else if (is_about_the_server(*request)) {
      response = nothing_to_say();
    } else {
      response = co_await answer(*request);
    }
    if (finishing_) form_.keep_alive = false;
    if (!co_await write(response) || !form_.keep_alive) break;
  }
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

const SocketOpener* Connection::opener_for(Parser& parser, const HttpRequest& request) const {
  return beast::websocket::is_upgrade(parser.get()) ? router_.socket(request.path) : nullptr;
}

asio::awaitable<void> Connection::serve_socket(Parser& parser, const HttpRequest& request, const SocketOpener& open) {
  if (is_foreign(request, options_.cors_origin)) {
    HttpResponse response = HttpResponse::error(
        403, fmt::format("Origin {}: pages of this server alone may open a WebSocket; cors_origin can allow another",
                         request.header("origin")));
    co_return co_await refuse(response);
  }
  const auto socket = std::make_shared<SocketConnection>(context_);
  auto handler = open(request, socket);
  if (!handler || buffer_.size() > 0) {
    HttpResponse response = handler ? HttpResponse::error(400, "bytes came before the handshake was answered")
                                    : HttpResponse::error(handler.error());
    co_return co_await refuse(response);
  }
  socket_ = socket;
  co_await socket->serve(stream_, parser.get(), *handler);
}

asio::awaitable<bool> Connection::wait_for_request() {
  skip_empty_lines(buffer_);
  idle_ = true;
  while (buffer_.size() == 0) {
    stream_.expires_after(options_.idle_timeout);
    const auto [error, count] = co_await stream_.async_read_some(buffer_.prepare(read_block_bytes), quiet);
    if (error) co_return false;
    buffer_.commit(count);
    skip_empty_lines(buffer_);
  }
  received_ = core::now();
  co_return true;
}

asio::awaitable<bool> Connection::read_header(Parser& parser) {
  parser.header_limit(options_.max_header_bytes);
  parser.body_limit(options_.max_request_bytes);
  stream_.expires_after(options_.read_timeout);  // an absolute limit: single bytes do not prolong it
  const auto [error, count] = co_await wire::async_read_header(stream_, buffer_, parser, quiet);
  idle_ = false;
  if (error) {
    co_await refuse_parse(error);
    co_return false;
  }
  const auto& message = parser.get();
  form_.head = message.method() == wire::verb::head;
  form_.http_1_0 = message.version() < 11;
  form_.keep_alive = message.keep_alive();
  form_.coding = chosen_coding(message[wire::field::accept_encoding]);
  co_return true;
}

asio::awaitable<bool> Connection::read_body(Parser& parser) {
  if (HttpResponse response; breaks_the_rules(parser.get(), response)) {
    co_await refuse(response);
    co_return false;
  }
  const auto expectation = parser.get()[wire::field::expect];
  if (!expectation.empty() && !beast::iequals(expectation, "100-continue")) {
    HttpResponse response =
        HttpResponse::error(417, fmt::format("Expect \"{}\": only 100-continue is known",
                                             std::string_view(expectation.data(), expectation.size())));
    co_await refuse(response);
    co_return false;
  }
  if (!expectation.empty() && !form_.http_1_0) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, count] = co_await asio::async_write(stream_, asio::buffer(go_on), quiet);
    if (error) co_return false;
  }
  const auto header_length = parser.get()["Inference-Header-Content-Length"];
  parser.get().body().lead = header_length.empty() ? 0 : lead_for({header_length.data(), header_length.size()});
  if (parser.is_done()) co_return true;
  stream_.expires_after(options_.read_timeout);
  const auto [error, count] = co_await wire::async_read(stream_, buffer_, parser, quiet);
  if (!error) co_return true;
  co_await refuse_parse(error);
  co_return false;
}

asio::awaitable<std::optional<HttpRequest>> Connection::request_from(Parser& parser) {
  auto& message = parser.get();
  HttpRequest request;
  request.received = received_;
  request.method = method_from(message.method());
  request.target = std::string(message.target());
  if (const auto path_at = absolute_form_path(request.target)) request.target.erase(0, *path_at);
  const auto question = std::min(request.target.find('?'), request.target.size());
  auto path = percent_decoded(std::string_view(request.target).substr(0, question));
  if (!path || (!path->starts_with('/') && !is_about_the_server(request))) {
    HttpResponse response = HttpResponse::error(400, fmt::format("request target \"{}\" is no path", request.target));
    co_await refuse(response);
    co_return std::nullopt;
  }
  request.path = *std::move(path);
  if (question < request.target.size()) request.query = request.target.substr(question + 1);
  request.headers.reserve(8);
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  request.body = std::move(message.body().buffer);
  if (request.body.data() == nullptr) request.body = core::Buffer(0);

  const std::string_view coding = request.header("content-encoding");
  if (coding.empty() || beast::iequals(coding, "identity")) co_return request;
  auto inflated = decompress(request.body, coding, options_.max_request_bytes);
  if (inflated) {
    request.body = *std::move(inflated);
    co_return request;
  }
  const auto code = inflated.error().code();
  const unsigned status = code == core::Code::unimplemented ? 415 : code == core::Code::resource_exhausted ? 413 : 400;
  HttpResponse response = HttpResponse::error(status, inflated.error().message());
  if (status == 415) response.headers.emplace_back("Accept-Encoding", std::string(codings));
  co_await refuse(response);
  co_return std::nullopt;
}

asio::awaitable<HttpResponse> Connection::answer(HttpRequest& request) {
  const auto exchange = std::make_shared<Exchange>(context_);
  exchange_ = exchange;
  request.cancelled = std::shared_ptr<const std::atomic<bool>>(exchange, &exchange->cancelled);
  try {
    router_.handle(std::move(request), Reply(exchange));
  } catch (const std::exception& error) {
    spdlog::error("a handler threw: {}", error.what());
    if (!exchange->response) exchange->response = HttpResponse::error(500, "an internal error, see the server's log");
  }
  stream_.expires_never();
  while (!exchange->response) {
    exchange->answered.expires_after(watch_interval);
    const auto [error] = co_await exchange->answered.async_wait(quiet);
    if (!error && !exchange->cancelled && has_gone(stream_.socket().native_handle())) exchange->cancelled = true;
  }
  exchange_.reset();
  co_return *std::move(exchange->response);
}

asio::awaitable<bool> Connection::write(HttpResponse& response) {
  header_.clear();
  write_header(header_, response, form_, options_);
  std::vector<asio::const_buffer> parts;
  parts.reserve(response.body.size() + 1);
  parts.emplace_back(asio::buffer(header_));
  if (!form_.head && response.status != 204) {
    for (const core::Buffer& part : response.body) parts.emplace_back(part.data(), part.size());
  }
  stream_.expires_after(options_.write_timeout);
  const auto [error, count] = co_await asio::async_write(stream_, parts, quiet);
  co_return !error;
}

asio::awaitable<void> Connection::refuse(HttpResponse& response) {
  form_.keep_alive = false;
  if (!co_await write(response)) co_return;
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(lingering_limit);
  for (std::size_t total = 0; total < most_lingering_bytes;) {
    buffer_.clear();
    const auto [error, count] = co_await stream_.async_read_some(buffer_.prepare(read_block_bytes), quiet);
    if (error) break;
    total += count;
  }
}

asio::awaitable<void> Connection::refuse_parse(const error_code& error) {
  if (error == wire::error::end_of_stream || error == asio::error::eof || error == wire::error::partial_message ||
      error == asio::error::operation_aborted || error == asio::error::connection_reset) {
    co_return;
  }
  if (error == beast::error::timeout) {
    // the stream is closed by its own time-out; nothing can be answered on it any more
    co_return;
  }
  if (error == boost::system::errc::not_enough_memory) {
    HttpResponse response = HttpResponse::error(503, "there is no memory for the request's body at the moment");
    response.headers.emplace_back("Retry-After", "1");
    co_await refuse(response);
  } else if (error == wire::error::header_limit || error == wire::error::buffer_overflow) {
    HttpResponse response =
        HttpResponse::error(431, fmt::format("the request's header is over {} bytes", options_.max_header_bytes));
    co_await refuse(response);
  } else if (error == wire::error::body_limit) {
    HttpResponse response =
        HttpResponse::error(413, fmt::format("the request's body is over {} bytes", options_.max_request_bytes));
    co_await refuse(response);
  } else if (error.category() == wire::make_error_code(wire::error::bad_method).category()) {
    HttpResponse response = HttpResponse::error(400, fmt::format("this is no HTTP/1.1 request: {}", error.message()));
    co_await refuse(response);
  }
}

}  // namespace slipway::front::http
