#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <new>
#include <utility>

namespace slipway::front {

/// What coroutines of one thread do one at a time, in the order in which they come, since all of them together would
/// take too much memory. On that thread alone; outlives what it has handed out.
class OneAtATime {
 public:
  struct PassOn {
    void operator()(OneAtATime* line) const { line->pass_on(); }
  };
  /// That it is one's own time, until this goes.
  using Held = std::unique_ptr<OneAtATime, PassOn>;

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
    co_return Held(this);
  }

 private:
  void pass_on() noexcept {
    while (!waiting_.empty()) {
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      try {
        return next();
      } catch (const std::bad_alloc&) {
        continue;  // that one's coroutine has ended by it; the one behind may find memory
      }
    }
    is_taken_ = false;
  }

  bool is_taken_ = false;
  std::deque<std::move_only_function<void()>> waiting_;
};

}  // namespace slipway::front
