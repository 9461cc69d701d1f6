#include "front/grpc/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <exception>
#include <random>
#include <string_view>
#include <utility>

#include "core/turn.hpp"
#include "front/turn.hpp"

namespace slipway::front::grpc {

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t read_block_bytes = 64U << 10U;
/// Ten or twenty calls to a small model.
constexpr std::size_t part_bytes = 4U << 10U;
/// How long a client may take to say that it speaks HTTP/2.
constexpr std::chrono::milliseconds preface_timeout = 30s;
/// How long a client that is sent away may take to say that it has heard of it.
constexpr std::chrono::milliseconds farewell_timeout = 1s;
/// How long a client may take to close a connection that was shut down.
constexpr std::chrono::milliseconds linger_timeout = 1s;

/// Then a client is asked to connect anew, which loses no call: one that balances by itself learns of servers that were
/// added only so. Up to a tenth later, so that clients that came together do not all go together.
std::chrono::milliseconds connection_age() {
  constexpr std::chrono::milliseconds least = 600s;
  thread_local std::minstd_rand random{std::random_device{}()};
  return least + std::chrono::milliseconds(random() % (least.count() / 10));
}

/// Has the kernel find out about clients that have vanished.
void keep_alive(asio::ip::tcp::socket& socket) {
  const auto set = [fd = socket.native_handle()](int level, int option, int value) {
    ::setsockopt(fd, level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 6);
  constexpr int unread_ms = 30'000;  // as long as HTTP waits for a client that does not take what is written
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, unread_ms);
}

bool is_http_1(std::string_view bytes) {
  for (const std::string_view method : {"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS "}) {
    if (bytes.starts_with(method)) return true;
  }
  return false;
}

constexpr std::string_view for_http_1 =
    "HTTP/1.1 505 HTTP Version Not Supported\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    "This port speaks gRPC, over HTTP/2. REST is at the port that --http-port gives, 8000 unless told otherwise.\n";

}  // namespace

Connection::Connection(std::shared_ptr<asio::io_context> context, asio::ip::tcp::socket socket)
    : context_(std::move(context)),
      socket_(std::move(socket)),
      timer_(*context_),
      deadline_timer_(*context_),
      room_(read_block_bytes) {}

Connection::~Connection() = default;

void Connection::start(const Methods& methods, std::uint64_t max_message_bytes, std::chrono::milliseconds read_timeout,
                       std::shared_ptr<void> open, Closed closed) {
  open_ = std::move(open);
  closed_ = std::move(closed);
  guarded([&] {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    keep_alive(socket_);
    session_ = std::make_unique<Session>(
        methods, max_message_bytes, read_timeout,
        [self = weak_from_this()](std::int32_t stream, core::TimePoint deadline) {
          return std::make_shared<Call>(deadline, [connection = self.lock(), stream] { connection->wake(stream); });
        });
    call_at(preface_timeout, &Connection::close_if_silent);
    read();  // the client speaks first, and what it says may be no HTTP/2
  });
}

/// What throws, for want of memory most likely, costs its connection. Work may be within other work, as a call that is
/// answered while it is received: the outermost closes, since the session runs further up this stack.
template <class Work>
void Connection::guarded(const Work& work) {
  ++guards_;
  try {
    work();
  } catch (const std::exception& error) {
    spdlog::error("a connection ended with an error: {}", error.what());
    failed_ = true;
  }
  if (--guards_ == 0 && failed_) close();
}

void Connection::end() {
  if (!session_ || closing_) return;
  guarded([&] {
    was_idle_ = !session_->has_calls();
    session_->end();
    // what is on its way to a server that has nothing open is left to the client: gRPC's send it again by themselves
    if (was_idle_) return take_no_more();
    send_away();
  });
}

void Connection::send_away() {
  session_->send_away();
  call_at(farewell_timeout, &Connection::take_no_more);
  flush_soon();
}

void Connection::take_no_more() {
  session_->take_no_more();
  flush();
}

void Connection::cancel() {
  if (session_) guarded([&] { session_->cancel(); });
}

void Connection::close() {
  if (over_.exchange(true)) return;
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  deadline_timer_.cancel();
  const auto kept = shared_from_this();
  session_.reset();
  open_.reset();
  if (const Closed closed = std::exchange(closed_, {})) closed(kept);
}

void Connection::close_if_silent() {
  if (!session_->has_begun()) return close();
  call_at(connection_age(), &Connection::send_away);
}

void Connection::call_at(std::chrono::milliseconds from_now, void (Connection::*what)()) {
  timer_.expires_after(from_now);
  timer_.async_wait([self = weak_from_this(), what](error_code ended) {
    const auto connection = self.lock();
    if (!ended && connection && !connection->over_) connection->guarded([&] { ((*connection).*what)(); });
  });
}

void Connection::read() {
  socket_.async_read_some(asio::buffer(room_.data(), room_.size()),
                          [self = shared_from_this()](error_code error, std::size_t count) {
                            if (self->over_) return;
                            if (error) return self->close();
                            self->guarded([&] { self->take_in_turn(0, count); });
                          });
}

void Connection::take_in_turn(std::size_t begin, std::size_t end) {
  Turn* const turn = turn_to_wait_for();
  if (turn == nullptr) return take_part(begin, end, end);
  turn->add(subject_, [self = shared_from_this(), begin, end] {
    if (self->over_) return;
    self->guarded([&] { self->take_part(begin, std::min(begin + part_bytes, end), end); });
  });
}

void Connection::take_part(std::size_t begin, std::size_t stop, std::size_t end) {
  core::worked_for() = nullptr;
  take(begin, stop);
  const bool asked = core::worked_for() != nullptr;
  subject_ = subject_after(subject_);
  if (over_ || given_up_) return;
  if (stop == end) return read();
  if (asked) return take_in_turn(stop, end);
  take_part(stop, std::min(stop + part_bytes, end), end);  // a part of a message is no work
}

void Connection::take(std::size_t begin, std::size_t end) {
  if (closing_) return;  // it is read only for the client's end
  const std::span<const std::byte> bytes(room_.data() + begin, end - begin);
  const bool first = !session_->has_begun();
  taking_ = true;
  const bool goes_on = session_->receive(bytes);
  taking_ = false;
  if (!goes_on) return give_up(first && is_http_1({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  flush();
}

/// What was sent is no HTTP/2: the client is told, if it reads on, and the connection closed.
void Connection::give_up(bool speaks_http_1) {
  given_up_ = true;
  session_->cancel();
  call_at(linger_timeout, &Connection::close);
  if (!speaks_http_1 || writing_) return flush();
  out_.clear();
  out_.copy(std::as_bytes(std::span(for_http_1)));
  if (write()) close_gently();
}

/// The timer stays where it was set while deadlines only come later: most calls have one, and end long before it.
void Connection::watch_deadlines() {
  const core::TimePoint next = session_->next_deadline();
  if (next >= deadline_timer_at_) return;
  deadline_timer_at_ = next;
  deadline_timer_.expires_at(next);
  deadline_timer_.async_wait([self = weak_from_this()](error_code ended) {
    const auto connection = self.lock();
    if (ended || !connection || connection->over_) return;
    connection->guarded([&] {
      connection->deadline_timer_at_ = core::no_deadline;
      connection->session_->expire(core::now());
      connection->flush();
    });
  });
}

void Connection::wake(std::int32_t stream) {
  if (over_) return;
  asio::dispatch(*context_, [self = shared_from_this(), stream] { self->guarded([&] { self->collect(stream); }); });
}

void Connection::collect(std::int32_t stream) {
  if (!session_) return;
  session_->collect(stream);
  if (!taking_) flush_soon();
}

/// Behind what else has become ready, so that its answers are written with this one.
void Connection::flush_soon() {
  if (std::exchange(flush_awaited_, true)) return;
  auto work = [self = shared_from_this()] {
    self->flush_awaited_ = false;
    self->guarded([&] { self->flush(); });
  };
  if (Turn* const turn = turn_to_wait_for()) return turn->add(subject_, std::move(work));
  asio::post(*context_, std::move(work));
}

void Connection::flush() {
  while (session_ && !writing_ && !closing_) {
    out_.clear();
    session_->pack(out_);
    if (out_.size() == 0) break;
    write();  // or some of it, and the rest when the socket has room; or it closes
  }
  if (!session_) return;
  watch_deadlines();
  if (!writing_ && !closing_ && session_->is_over()) close_gently();
}

bool Connection::write() {
  auto buffers = out_.buffers();
  error_code error;
  std::size_t written = 0;
  while (!error && written < out_.size()) {
    std::size_t count = socket_.write_some(buffers, error);
    written += count;
    while (!buffers.empty() && count >= buffers.front().size()) {
      count -= buffers.front().size();
      buffers.erase(buffers.begin());
    }
    if (!buffers.empty()) buffers.front() += count;
  }
  if (!error) return true;
  if (error != asio::error::would_block) {
    close();
    return false;
  }
  writing_ = true;
  asio::async_write(socket_, buffers, [self = shared_from_this()](error_code failed, std::size_t /*count*/) {
    self->writing_ = false;
    if (self->over_) return;
    if (failed) return self->close();
    self->guarded([&] { self->flush(); });
  });
  return false;
}

void Connection::close_gently() {
  closing_ = true;
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  if (was_idle_) open_.reset();  // its client waits for nothing, and may not look at its socket for long
  call_at(linger_timeout, &Connection::close);
}

}  // namespace slipway::front::grpc
