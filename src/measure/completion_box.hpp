#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "measure/transport.hpp"

namespace slipway::measure {

/// Where requests that end on other threads are left for the thread that sent them. Counts those under way, so that
/// who waits for the last knows when nothing refers to the box any more.
class CompletionBox {
 public:
  /// A request begins.
  void begin() {
    const std::lock_guard lock(mutex_);
    ++under_way_;
  }
  /// It ended. From any thread; the box may be gone when this returns.
  void end(Ended ended) {
    const std::lock_guard lock(mutex_);
    --under_way_;
    ended_.push_back(std::move(ended));
    changed_.notify_one();  // under the lock: who waits may end the box as soon as it is let go
  }
  void wait(core::TimePoint until, std::vector<Ended>& ended) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [this] { return !ended_.empty(); });
    ended.insert(ended.end(), std::make_move_iterator(ended_.begin()), std::make_move_iterator(ended_.end()));
    ended_.clear();
  }
  void wait_for_all() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return under_way_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Ended> ended_;
  std::uint32_t under_way_ = 0;
};

}  // namespace slipway::measure
