#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "front/http/message.hpp"

namespace slipway::front::http {

/// The client at the other end of a WebSocket. Safe from any thread, and after the connection has ended, when it does
/// nothing.
class SocketClient {
 public:
  virtual ~SocketClient() = default;
  /// A text message; in the order of the calls. A client that does not read is cut off.
  virtual void send(std::string text) = 0;
  /// Ends the connection after what was sent; `reason` is cut to what a close frame holds.
  virtual void close(std::string_view reason) = 0;
  /// Runs `action` on the connection's thread, unless the connection has ended by then.
  virtual void post(std::move_only_function<void()> action) = 0;
};

/// What a server does for one WebSocket. All calls on the connection's thread, none of them long.
class SocketHandler {
 public:
  virtual ~SocketHandler() = default;
  virtual void on_text(std::string_view text) = 0;
  virtual void on_binary(std::span<const std::byte> bytes) = 0;
  /// A part of what there is to do, a few milliseconds of it; called until it says that there is no more, before the
  /// next message is read.
  virtual bool work() = 0;
  /// Whether no message is to be read yet.
  virtual bool is_behind() const = 0;
  virtual void on_tick(core::TimePoint now) = 0;
  /// The server ends: tells the client what is to be told, and then closes the connection.
  virtual void on_server_end() = 0;
};

/// Answers the request that wants to become a WebSocket: with a handler, or with the error that its client is told in
/// place of the handshake.
using SocketOpener =
    std::function<core::Result<std::shared_ptr<SocketHandler>>(const HttpRequest&, std::shared_ptr<SocketClient>)>;

}  // namespace slipway::front::http
