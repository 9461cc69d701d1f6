#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/error.hpp"

namespace slipway::front {

struct ListenOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                ///< 0: any free port
  std::uint32_t threads = 0;             ///< 0: one a core it may use
  std::size_t max_connections = 10'000;  ///< open at one time; more are closed at once
};

/// Where clients connect: threads with one io_context each, which read in turns (core/turn.hpp), and the connections
/// dealt out among them.
class Listener {
 public:
  /// Takes a connection, on the thread of the first worker; from then on it belongs to the context of `worker`. It
  /// counts as open until `open` is let go of.
  using Serve =
      std::function<void(std::size_t worker, boost::asio::ip::tcp::socket socket, std::shared_ptr<void> open)>;

  /// Binds and listens. invalid_argument where the host is no address of this machine; unavailable where the port is
  /// taken.
  static core::Result<std::unique_ptr<Listener>> open(const ListenOptions& options);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Starts the threads.
  void start(Serve serve);

  std::uint16_t port() const;  ///< the one it listens on
  std::size_t workers() const;
  /// Kept by what may outlive the listener.
  const std::shared_ptr<boost::asio::io_context>& context(std::size_t worker) const;
  /// Calls `what` with each worker's number, on its own thread.
  void on_each(const std::function<void(std::size_t worker)>& what);

  /// Takes the connections that the kernel has made and nobody has taken, and none after them.
  void close();
  /// Waits until no connection is open, and whether that came about within `limit`.
  bool all_closed_within(std::chrono::milliseconds limit);
  std::size_t connections() const;  ///< that are open
  /// Ends the threads, and has what was ready done by this one, for a moment at most. May be called again.
  void stop();
  bool stopped() const;

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::front
