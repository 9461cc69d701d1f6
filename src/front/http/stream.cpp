#include "front/http/stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <utility>

namespace slipway::front::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto quiet = asio::as_tuple(asio::use_awaitable);

}  // namespace

bool has_gone(int socket) {
  char byte = 0;
  const auto count = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool has_bytes(int socket) {
  char byte = 0;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

Stream::Stream(asio::ip::tcp::socket socket) {
  asio::steady_timer timer(socket.get_executor());
  state_ = std::make_shared<State>(State{.socket = std::move(socket), .timer = std::move(timer)});
  error_code ignored;
  state_->socket.non_blocking(true, ignored);
}

Stream::~Stream() {
  error_code ignored;
  state_->socket.close(ignored);
  state_->deadline = core::no_deadline;
  state_->timer.cancel();
}

asio::awaitable<std::size_t> Stream::read_some(asio::mutable_buffer room, core::TimePoint deadline) {
  expire_at(state_, deadline);
  const auto [error, count] = co_await state_->socket.async_read_some(room, quiet);
  state_->deadline = core::no_deadline;
  co_return error ? 0 : count;
}

void Stream::hasten(core::TimePoint deadline) {
  if (deadline < state_->deadline) expire_at(state_, deadline);
}

bool Stream::write_at_once(std::span<asio::const_buffer> parts) {
  error_code error;
  std::size_t written = state_->socket.write_some(parts, error);
  if (error) return error == asio::error::would_block;
  for (asio::const_buffer& part : parts) {
    const std::size_t count = std::min(written, part.size());
    part += count;
    written -= count;
  }
  return true;
}

asio::awaitable<bool> Stream::write(std::span<const asio::const_buffer> parts, core::TimePoint deadline) {
  expire_at(state_, deadline);
  const auto [error, count] = co_await asio::async_write(state_->socket, parts, quiet);
  state_->deadline = core::no_deadline;
  co_return !error;
}

void Stream::expire_at(const std::shared_ptr<State>& state, core::TimePoint deadline) {
  state->deadline = deadline;
  if (deadline < state->set_for) set_timer(state);
}

void Stream::set_timer(const std::shared_ptr<State>& state) {
  state->set_for = state->deadline;
  state->timer.expires_at(state->deadline);  // which ends the wait for a later time
  state->timer.async_wait([state](error_code ended) {
    if (ended) return;
    state->set_for = core::no_deadline;
    if (state->deadline == core::no_deadline) return;
    if (state->deadline > core::now()) return set_timer(state);
    error_code ignored;
    state->socket.close(ignored);
  });
}

}  // namespace slipway::front::http
