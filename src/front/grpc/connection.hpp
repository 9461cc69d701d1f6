#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/buffer.hpp"
#include "core/clock.hpp"
#include "front/grpc/outgoing.hpp"
#include "front/grpc/session.hpp"

namespace slipway::front::grpc {

/// One client's connection. On its io_context's thread, but for what says otherwise. Lives while something is awaited
/// or a call of it may still be answered.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Closed = std::function<void(const std::shared_ptr<Connection>&)>;

  Connection(std::shared_ptr<boost::asio::io_context> context, boost::asio::ip::tcp::socket socket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves `methods` until the client or the server ends it, and calls `closed` then. `open` is let go of at the same
  /// time.
  void start(const Methods& methods, std::uint64_t max_message_bytes, std::chrono::milliseconds read_timeout,
             std::shared_ptr<void> open, Closed closed);
  /// Asks the client to take its next calls elsewhere, and closes the connection behind those that are open; ends the
  /// calls that it may keep open for ever.
  void end();
  /// Gives up what is in flight: what has not run is dropped, and its calls are answered so.
  void cancel();
  /// Closes the connection as it stands.
  void close();

 private:
  template <class Work>
  void guarded(const Work& work);
  void read();
  /// Takes what was read from `begin` to `end` of room_, in its turn: where that waits for others in parts, so that
  /// many calls are not one piece of work. Reads on behind the last.
  void take_in_turn(std::size_t begin, std::size_t end);
  void take_part(std::size_t begin, std::size_t stop, std::size_t end);
  void take(std::size_t begin, std::size_t end);
  void give_up(bool speaks_http_1);
  void watch_deadlines();
  void collect(std::int32_t stream);
  /// Has a call's answers taken. Any thread.
  void wake(std::int32_t stream);
  void flush_soon();
  void flush();
  /// Writes what is in out_. False when the socket takes no more now: flush() goes on when it does.
  bool write();
  /// Closes the connection once the client has what was written: data that it sends now would take it away again.
  void close_gently();
  void send_away();
  void take_no_more();
  void call_at(std::chrono::milliseconds from_now, void (Connection::*what)());
  void close_if_silent();

  const std::shared_ptr<boost::asio::io_context> context_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer deadline_timer_;
  core::TimePoint deadline_timer_at_ = core::no_deadline;  ///< no_deadline: it is not set
  std::unique_ptr<Session> session_;                       ///< null when the connection is closed
  std::shared_ptr<void> open_;
  Closed closed_;
  core::Buffer room_;
  Outgoing out_;
  const void* subject_ = nullptr;  ///< whose requests were read last (core::worked_for)
  std::size_t guards_ = 0;         ///< guarded() on the stack
  bool failed_ = false;            ///< one of them has thrown
  bool taking_ = false;
  bool flush_awaited_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool given_up_ = false;           ///< nothing is read any more
  bool was_idle_ = false;           ///< when the server's end began
  std::atomic<bool> over_ = false;  ///< nobody takes answers any more
};

}  // namespace slipway::front::grpc
