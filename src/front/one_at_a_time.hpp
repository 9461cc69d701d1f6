#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace slipway::front {

/// What coroutines of one thread do one at a time, in the order in which they come, since all of them together would
/// take too much memory. On that thread alone; outlives what it has handed out.
class OneAtATime {
 public:
  /// That it is one's own time, until this goes.
  using Held = std::unique_ptr<OneAtATime, void (*)(OneAtATime*)>;

  OneAtATime() = default;
  OneAtATime(const OneAtATime&) = delete;
  OneAtATime& operator=(const OneAtATime&) = delete;
  ~OneAtATime() = default;

  boost::asio::awaitable<Held> own_time() {
    if (std::exchange(is_taken_, true)) {
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(
          [](auto handler, OneAtATime* kept) {
            kept->waiting_.emplace_back([next = std::move(handler)]() mutable { boost::asio::post(std::move(next)); });
          },
          boost::asio::use_awaitable, this);
    }
    co_return Held(this, [](OneAtATime* kept) { kept->pass_on(); });
  }

 private:
  void pass_on() {
    is_taken_ = !waiting_.empty();
    if (!is_taken_) return;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next();
  }

  bool is_taken_ = false;
  std::deque<std::move_only_function<void()>> waiting_;
};

}  // namespace slipway::front
