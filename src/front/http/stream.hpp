#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <memory>
#include <span>

#include "core/clock.hpp"

namespace slipway::front::http {

/// Whether nothing more will come over a socket: its other side was closed, and all that it sent was read, or it is
/// broken.
bool has_gone(int socket);

/// Whether there is something to read, which nobody has read.
bool has_bytes(int socket);

/// A client's socket with a deadline for whatever is waited for. On its io_context's thread alone.
///
/// What can be done at once is, without the reactor. A deadline that only moves on costs nothing: the timer stays where
/// it was set, and looks when it fires whether the deadline has moved. One that passes closes the socket.
class Stream {
 public:
  explicit Stream(boost::asio::ip::tcp::socket socket);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  boost::asio::ip::tcp::socket& socket() { return state_->socket; }

  /// Waits until something has come and reads it, up to the size of `room`. 0 when nothing will: the client has ended
  /// it, the deadline has passed, or the socket was cancelled.
  boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer room, core::TimePoint deadline);

  /// Brings the deadline of what is waited for down to `deadline`; a nearer one stays.
  void hasten(core::TimePoint deadline);

  /// Writes what the kernel takes at once, which is taken off `parts`. False when the connection is broken.
  bool write_at_once(std::span<boost::asio::const_buffer> parts);
  /// Writes all. False when that was not possible by the deadline.
  boost::asio::awaitable<bool> write(std::span<const boost::asio::const_buffer> parts, core::TimePoint deadline);

 private:
  /// Shared with the timer's handler, which may be due when the stream ends.
  struct State {
    boost::asio::ip::tcp::socket socket;
    boost::asio::steady_timer timer;
    core::TimePoint deadline = core::no_deadline;
    core::TimePoint set_for = core::no_deadline;  ///< when the timer fires; no_deadline when it was not set
  };
  static void expire_at(const std::shared_ptr<State>& state, core::TimePoint deadline);
  static void set_timer(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace slipway::front::http
