#include "front/http/connection.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <charconv>
#include <cstring>
#include <new>
#include <string_view>

#include "core/turn.hpp"
#include "front/ending.hpp"
#include "front/http/exchange.hpp"
#include "front/http/request_rules.hpp"
#include "front/http/socket_handshake.hpp"
#include "front/turn.hpp"
#include "protocol/status.hpp"

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
/// Requests that one connection may have answered in a row before the thread's others have their turn.
constexpr std::size_t most_in_a_row = 16;
/// What is announced of a body may never come, so there is a bound to what is taken for it at once.
constexpr std::uint64_t most_at_once = 64ULL << 20U;
/// Of a compressed body, before others are served: a few milliseconds' work, but for a move to where there is room.
constexpr std::size_t most_inflated_at_once = 1U << 20U;

/// Looks now and then whether the client is still there, while its connection waits. The timer is not stopped with an
/// answer: the next request, if there is one by then, finds it set.
void watch_client(const std::shared_ptr<Exchange>& exchange) {
  exchange->watched = true;
  exchange->watch.expires_after(watch_interval);
  exchange->watch.async_wait([watched = std::weak_ptr(exchange)](error_code ended) {
    const auto waiting = watched.lock();
    if (!waiting) return;
    waiting->watched = false;
    if (ended || waiting->awaited_by < 0) return;
    if (has_gone(waiting->awaited_by)) waiting->cancelled = true;
    watch_client(waiting);
  });
}

/// Some clients end a body with a line more than it has (RFC 9112, 2.2).
void skip_empty_lines(beast::flat_buffer& buffer) {
  const std::string_view text(static_cast<const char*>(buffer.data().data()), buffer.size());
  buffer.consume(std::min(text.find_first_not_of("\r\n"), text.size()));
}

/// So that the first tensor behind the JSON of a binary request is aligned.
std::size_t lead_for(std::string_view header_length) {
  std::size_t length = 0;
  std::from_chars(header_length.data(), header_length.data() + header_length.size(), length);
  return (core::Buffer::alignment - length % core::Buffer::alignment) % core::Buffer::alignment;
}

HttpResponse body_refused_at_the_end() {
  return HttpResponse::error(
      core::Error(core::Code::unavailable, "the server is ending, and the request's body has not come whole"));
}

}  // namespace

Connection::Connection(std::shared_ptr<asio::io_context> context, asio::ip::tcp::socket socket,
                       const ServerOptions& options, const Router& router, OneAtATime& inflating)
    : context_(std::move(context)),
      stream_(std::move(socket)),
      options_(options),
      router_(router),
      inflating_(inflating) {}

void Connection::finish() {
  finishing_ = true;
  first_request_by_ = core::now() + options_.first_request_grace;
  error_code ignored;
  if (socket_) return socket_->finish();
  if (!idle_) return;
  if (!was_asked_) return stream_.hasten(first_request_by_);
  // what was sent before its client could know is taken
  if (!has_bytes(stream_.socket().native_handle())) stream_.socket().cancel(ignored);
}

void Connection::stop_reading() {
  error_code ignored;
  stopped_reading_ = true;
  count_what_came();
  if ((idle_ || reading_body_) && left_to_read_ == 0) stream_.socket().cancel(ignored);
}

void Connection::abandon() {
  abandoned_ = true;
  if (socket_) socket_->abandon();
  if (exchange_) exchange_->cancelled = true;
}

asio::awaitable<void> Connection::serve() {
  for (std::size_t in_a_row = 1;; ++in_a_row) {
    if (in_a_row > most_in_a_row) {
      in_a_row = 1;
      co_await asio::post(*context_, quiet);
    }
    if (finishing_ && was_asked_ && !sends_more()) break;
    idle_ = true;
    bool comes = true;
    while (comes && !has_begun()) {
      in_a_row = 1;
      if (abandoned_ || (stopped_reading_ && !sends_more())) co_return;
      comes = co_await fill(core::now() + (finishing_ ? options_.first_request_grace : options_.idle_timeout));
    }
    if (!comes) {
      if (finishing_ && sends_more()) continue;  // which came after finish() had looked
      break;
    }
    received_ = core::now();
    RequestParser parser({.header_bytes = options_.max_header_bytes, .body_bytes = options_.max_request_bytes});
    form_ = {};
    error_code error = parser.take(buffer_);
    if (error == wire::error::need_more) error = co_await read_on(parser);
    idle_ = false;
    was_asked_ = true;
    std::optional<HttpResponse> refusal = error ? reading_objection(error, options_) : objection(parser);
    if (!error && !refusal && parser.has_body()) {
      reading_body_ = true;
      error = co_await read_body(parser);
      reading_body_ = false;
      refused_ = error == asio::error::eof && stopped_reading_;
      if (error) refusal = refused_ ? body_refused_at_the_end() : reading_objection(error, options_);
    }
    HttpRequest& request = parser.request();
    const bool came_whole = !error && !refusal;
    if (Turn* const turn = came_whole ? turn_to_wait_for() : nullptr) {
      in_a_row = 1;
      co_await own_turn(*turn, subject_);
    }
    if (refusal) co_await refuse(*refusal);
    if (!came_whole) break;
    if (has_coding(request)) refusal = co_await inflate(request);
    if (request.body.data() == nullptr) request.body = core::Buffer(0);
    if (const auto handshake = refusal ? std::nullopt : socket_handshake(request)) {
      if (const SocketOpener* open = router_.socket(request.path)) {
        request.body = core::Buffer();  // no use for as long as the socket may be open
        co_return co_await serve_socket(request, *handshake, *open);
      }
    }

    HttpResponse response;
    if (refusal) {
      response = *std::move(refusal);
    } else if (options_.cors_origin && is_preflight(request)) {
      response = preflight_answer();
    } else if (is_about_the_server(request)) {
      response = HttpResponse::nothing();
    } else {
      hand_on(std::move(request));
      if (!exchange_->response) co_await wait_for_answer();
      response = *std::move(exchange_->response);
      // the client is there; it was the server that did not want to wait
      if (abandoned_ && response.status == protocol::http_status(core::Code::cancelled))
        response = HttpResponse::error(not_run_at_the_end());
    }
    if ((finishing_ || sending_away_) && !sends_more()) form_.keep_alive = false;
    if (!co_await write(response) || !form_.keep_alive) break;
  }
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

asio::awaitable<void> Connection::serve_socket(const HttpRequest& request, const SocketHandshake& handshake,
                                               const SocketOpener& open) {
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
  co_await socket->serve(stream_.socket(), handshake, *handler);
}

/// Whether a part of the next request is here already, and will be taken.
bool Connection::sends_more() { return !abandoned_ && (has_begun() || has_bytes(stream_.socket().native_handle())); }

/// Whether what has not come by now is not waited for.
bool Connection::waits_no_more() const { return stopped_reading_ && (abandoned_ || left_to_read_ == 0); }

void Connection::count_what_came() {
  error_code ignored;
  if (stopped_reading_) left_to_read_ = stream_.socket().available(ignored);
}

/// Whether the next request's first byte has come.
bool Connection::has_begun() {
  skip_empty_lines(buffer_);
  return buffer_.size() != 0;
}

asio::awaitable<std::size_t> Connection::read_some(asio::mutable_buffer room, core::TimePoint deadline) {
  const bool began_before = !stopped_reading_;
  const std::size_t count = co_await stream_.read_some(room, deadline);
  if (began_before) {
    count_what_came();  // what this has read may have been counted or not
  } else {
    left_to_read_ -= std::min(left_to_read_, count);
  }
  co_return count;
}

asio::awaitable<bool> Connection::fill(core::TimePoint deadline) {
  if (!was_asked_) deadline = std::min(deadline, first_request_by_);
  const std::size_t count = co_await read_some(buffer_.prepare(read_block_bytes), deadline);
  buffer_.commit(count);
  co_return count != 0;
}

asio::awaitable<error_code> Connection::read_on(RequestParser& parser) {
  // single bytes do not prolong it
  const core::TimePoint deadline = core::now() + options_.read_timeout;
  error_code error = wire::error::need_more;
  count_what_came();
  while (error == wire::error::need_more) {
    // what is left of a body in chunks is a line without an end, which the parser does not bound
    if (buffer_.size() > options_.max_header_bytes + read_block_bytes) co_return wire::error::header_limit;
    if (waits_no_more() || !co_await fill(deadline)) co_return asio::error::eof;
    error = parser.take(buffer_);
  }
  co_return error;
}

std::optional<HttpResponse> Connection::objection(RequestParser& parser) {
  HttpRequest& request = parser.request();
  request.received = received_;
  form_.head = request.method == Method::head;
  form_.http_1_0 = parser.is_http_1_0();
  form_.keep_alive = parser.keep_alive();
  form_.coding = chosen_coding(request.header("accept-encoding"));
  if (auto broken = broken_rule(request, form_.http_1_0)) return broken;
  const std::string_view expectation = request.header("expect");
  if (!expectation.empty() && !expects_go_on(request))
    return HttpResponse::error(417, fmt::format("Expect \"{}\": only 100-continue is known", expectation));
  if (!decode_path(request))
    return HttpResponse::error(400, fmt::format("request target \"{}\" is no path", request.path));
  return std::nullopt;
}

asio::awaitable<error_code> Connection::read_body(RequestParser& parser) {
  HttpRequest& request = parser.request();
  count_what_came();
  if (!form_.http_1_0 && expects_go_on(request)) {
    if (buffer_.size() == 0 && waits_no_more()) co_return asio::error::eof;
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    parts_.assign(1, asio::buffer(go_on));
    if (!co_await stream_.write(parts_, core::now() + options_.write_timeout)) co_return asio::error::eof;
  }
  const std::string_view json_bytes = request.header("inference-header-content-length");
  const std::size_t lead = json_bytes.empty() ? 0 : lead_for(json_bytes);
  try {
    if (!parser.has_chunks()) co_return co_await read_announced(request.body, parser.announced_bytes(), lead);
    request.body = core::Buffer(read_block_bytes, lead);
    request.body.resize(0);
    error_code error = parser.take(buffer_);
    if (error == wire::error::need_more) error = co_await read_on(parser);
    co_return error;
  } catch (const std::bad_alloc&) {
    co_return boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
  }
}

/// Reads what the kernel has straight to where the tensors stay.
asio::awaitable<error_code> Connection::read_announced(core::Buffer& body, std::uint64_t bytes, std::size_t lead) {
  body = core::Buffer(static_cast<std::size_t>(std::min(bytes, most_at_once)), lead);
  std::size_t come = std::min(buffer_.size(), body.size());
  std::memcpy(body.data(), buffer_.data().data(), come);
  buffer_.consume(come);
  const core::TimePoint deadline = core::now() + options_.read_timeout;
  while (come < bytes) {
    if (come == body.size()) body.resize(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, 2 * come)));
    // a read that was done before stop_reading() is not undone by it
    const std::size_t count =
        waits_no_more() ? 0 : co_await read_some(asio::buffer(body.data() + come, body.size() - come), deadline);
    if (count == 0) co_return asio::error::eof;
    come += count;
  }
  co_return error_code();
}

/// The body, out of its content coding. What takes more than a moment is done a part at a time, between which the
/// thread serves others, and for one of its connections at a time: 250 KB can become 250 MB.
asio::awaitable<core::Result<core::Buffer>> Connection::inflated(const HttpRequest& request) {
  OneAtATime::Held own_time;  // which ends when the memory was given back
  Inflation inflation(request.body, request.header("content-encoding"), options_.max_request_bytes);
  if (auto done = inflation.step(most_inflated_at_once)) co_return *std::move(done);
  own_time = co_await inflating_.own_time();
  for (;;) {
    if (abandoned_) {
      refused_ = true;
      co_return std::unexpected(not_run_at_the_end());
    }
    if (has_gone(stream_.socket().native_handle())) co_return core::fail(core::Code::cancelled, "the client has gone");
    if (auto done = inflation.step(most_inflated_at_once)) co_return *std::move(done);
    if (Turn* const turn = turn_to_wait_for()) {
      co_await own_turn(*turn, subject_);
    } else {
      co_await asio::post(*context_, quiet);
    }
  }
}

/// Takes the body out of its content coding, or says what is to be answered.
asio::awaitable<std::optional<HttpResponse>> Connection::inflate(HttpRequest& request) {
  core::Result<core::Buffer> body = core::Buffer();
  try {
    body = co_await inflated(request);
  } catch (const std::bad_alloc&) {
    co_return reading_objection(boost::system::errc::make_error_code(boost::system::errc::not_enough_memory), options_);
  }
  if (body) {
    request.body = *std::move(body);
    co_return std::nullopt;
  }
  co_return coding_objection(body.error());
}

void Connection::hand_on(HttpRequest request) {
  // the last one serves again when nobody else has it any more
  if (!exchange_ || exchange_.use_count() > 1) exchange_ = std::make_shared<Exchange>(context_);
  exchange_->response.reset();
  exchange_->cancelled = abandoned_;
  request.cancelled = std::shared_ptr<const std::atomic<bool>>(exchange_, &exchange_->cancelled);
  core::worked_for() = nullptr;
  const Handling handling;
  try {
    router_.handle(std::move(request), Reply(exchange_));
  } catch (const std::exception& error) {
    spdlog::error("a handler threw: {}", error.what());
    // the Reply that went with it has answered, or could not; nobody else could then
    if (!exchange_->response && exchange_.use_count() == 1) throw;
  }
  exchange_->subject = subject_ = subject_after(subject_);
}

asio::awaitable<void> Connection::wait_for_answer() {
  exchange_->awaited_by = stream_.socket().native_handle();
  if (!exchange_->watched) watch_client(exchange_);
  co_await response_of(*exchange_);
  exchange_->awaited_by = -1;
}

asio::awaitable<bool> Connection::write(HttpResponse& response) {
  header_.clear();
  write_header(header_, response, form_, options_);
  parts_.assign(1, asio::buffer(header_));
  if (!form_.head && response.status != 204) {
    for (const core::Buffer& part : response.body) parts_.emplace_back(part.data(), part.size());
  }
  if (!stream_.write_at_once(parts_)) co_return false;
  if (asio::buffer_size(parts_) == 0) co_return true;
  co_return co_await stream_.write(parts_, core::now() + options_.write_timeout);
}

asio::awaitable<void> Connection::refuse(HttpResponse& response) {
  form_.keep_alive = false;
  if (!co_await write(response)) co_return;
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  const core::TimePoint deadline = core::now() + lingering_limit;
  for (std::size_t total = 0; total < most_lingering_bytes;) {
    buffer_.clear();
    const std::size_t count = co_await stream_.read_some(buffer_.prepare(read_block_bytes), deadline);
    if (count == 0) break;
    total += count;
  }
}

}  // namespace slipway::front::http
