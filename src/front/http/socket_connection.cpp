#include "front/http/socket_connection.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "core/printable.hpp"

namespace slipway::front::http {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr auto quiet = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t message_bytes_max = 4U << 20U;
constexpr std::size_t outgoing_bytes_max = 16U << 20U;
constexpr std::size_t reason_bytes_max = 123;  // of a close frame (RFC 6455, 5.5)
constexpr std::chrono::milliseconds tick_interval{250};
constexpr std::chrono::milliseconds behind_interval{20};
constexpr std::chrono::seconds close_timeout{10};

}  // namespace

asio::awaitable<void> SocketConnection::serve(asio::ip::tcp::socket& socket, const SocketHandshake& handshake,
                                              std::shared_ptr<SocketHandler>& handler) {
  // time-outs are the handler's; Beast's own covers the closing handshake
  stream_.emplace(std::move(socket));
  stream_->set_option(websocket::stream_base::timeout{
      .handshake_timeout = close_timeout, .idle_timeout = websocket::stream_base::none(), .keep_alive_pings = false});
  stream_->read_message_max(message_bytes_max);
  const auto [error] = co_await stream_->async_accept(handshake, quiet);
  if (error) co_return;
  handler_ = std::move(handler);
  wake_writer();
  asio::co_spawn(
      *context_, [self = shared_from_this()] { return self->tick(); }, asio::detached);
  try {
    co_await read();
  } catch (const std::exception& failure) {
    spdlog::error("a WebSocket ended with an error: {}", failure.what());
  }
  handler_.reset();
  abandon();
}

asio::awaitable<void> SocketConnection::read() {
  asio::steady_timer timer(*context_);
  while (true) {
    while (handler_->work()) co_await asio::post(*context_, quiet);  // others of this thread get their turn
    while (handler_->is_behind() && !closing_) {
      timer.expires_after(behind_interval);
      co_await timer.async_wait(quiet);
    }
    buffer_.clear();
    const auto [error, count] = co_await stream_->async_read(buffer_, quiet);
    if (error) co_return;
    const auto data = buffer_.data();
    if (stream_->got_text()) {
      handler_->on_text({static_cast<const char*>(data.data()), data.size()});
    } else {
      handler_->on_binary({static_cast<const std::byte*>(data.data()), data.size()});
    }
  }
}

asio::awaitable<void> SocketConnection::tick() {
  asio::steady_timer timer(*context_);
  while (handler_ && !closing_) {
    handler_->on_tick(core::now());
    timer.expires_after(tick_interval);
    co_await timer.async_wait(quiet);
  }
}

void SocketConnection::wake_writer() {
  if (writing_ || !handler_ || (outgoing_.empty() && !closing_)) return;
  writing_ = true;
  asio::co_spawn(
      *context_, [self = shared_from_this()] { return self->write(); }, asio::detached);
}

asio::awaitable<void> SocketConnection::write() {
  while (!outgoing_.empty()) {
    const std::string text = std::move(outgoing_.front());
    outgoing_.pop_front();
    outgoing_bytes_ -= text.size();
    stream_->text(true);
    const auto [error, count] = co_await stream_->async_write(asio::buffer(text), quiet);
    if (error) co_return;  // stays writing: nothing more can be said
  }
  if (closing_) {
    const websocket::close_reason reason(websocket::close_code::normal, reason_);
    co_await stream_->async_close(reason, quiet);
    co_return;
  }
  writing_ = false;
}

void SocketConnection::abandon() {
  error_code ignored;
  if (stream_) stream_->next_layer().close(ignored);
}

void SocketConnection::send(std::string text) {
  asio::dispatch(*context_, [self = shared_from_this(), text = std::move(text)]() mutable {
    if (self->closing_) return;
    if (self->outgoing_bytes_ + text.size() > outgoing_bytes_max) return self->abandon();
    self->outgoing_bytes_ += text.size();
    self->outgoing_.push_back(std::move(text));
    self->wake_writer();
  });
}

void SocketConnection::finish() {
  if (handler_) return handler_->on_server_end();
  close("the server ends");
}

void SocketConnection::close(std::string_view reason) {
  asio::dispatch(*context_, [self = shared_from_this(),
                             reason = std::string(core::beginning(reason, reason_bytes_max))]() mutable {
    if (self->closing_) return;
    self->closing_ = true;
    self->reason_ = std::move(reason);
    self->wake_writer();
  });
}

void SocketConnection::post(std::move_only_function<void()> action) {
  asio::post(*context_, [self = shared_from_this(), action = std::move(action)]() mutable {
    if (self->handler_) action();
  });
}

}  // namespace slipway::front::http
