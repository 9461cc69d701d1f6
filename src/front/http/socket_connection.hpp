#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "front/http/socket_handshake.hpp"
#include "front/http/web_socket.hpp"

namespace slipway::front::http {

/// One connection that became a WebSocket. Reads one message at a time and hands it to the handler; writes what the
/// handler sends as it comes. Lives on one io_context's thread, in the coroutine that runs `serve`, and is held by the
/// handler's callbacks too.
class SocketConnection : public SocketClient, public std::enable_shared_from_this<SocketConnection> {
 public:
  explicit SocketConnection(std::shared_ptr<boost::asio::io_context> context) : context_(std::move(context)) {}

  /// Answers the handshake and serves until either side ends it. The three outlive the call.
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket& socket, const SocketHandshake& handshake,
                                     std::shared_ptr<SocketHandler>& handler);
  /// Ends it since the server does, when its handler has told what there is. On its own thread.
  void finish();
  /// Ends it at once. On its own thread.
  void abandon();

  void send(std::string text) override;
  void close(std::string_view reason) override;
  void post(std::move_only_function<void()> action) override;

 private:
  boost::asio::awaitable<void> read();
  boost::asio::awaitable<void> write();
  boost::asio::awaitable<void> tick();
  void wake_writer();

  std::shared_ptr<boost::asio::io_context> context_;
  std::optional<boost::beast::websocket::stream<boost::asio::ip::tcp::socket, false>> stream_;  ///< once it is served
  std::shared_ptr<SocketHandler> handler_;  ///< null before and after it is served
  boost::beast::flat_buffer buffer_;
  std::deque<std::string> outgoing_;
  std::size_t outgoing_bytes_ = 0;
  bool writing_ = false;
  bool closing_ = false;
  std::string reason_;
};

}  // namespace slipway::front::http
