#pragma once

#include <atomic>
#include <chrono>

#include "core/clock.hpp"

namespace slipway::scheduler {

/// How long a model's runs take of late, so that one that is quick can be run where its request was read: handing a
/// request to another thread and its answer back costs two wake-ups, tens of microseconds. Safe from any thread; what
/// is lost between two that write at once is of no matter.
class RunCost {
 public:
  /// A run took that long. The mean is over about the last eight.
  void ran(core::Duration duration) {
    const auto ns = core::nanoseconds(duration);
    const auto mean = mean_ns_.load(std::memory_order_relaxed);
    mean_ns_.store(mean < 0 ? ns : mean + (ns - mean) / 8, std::memory_order_relaxed);
  }

  /// Whether a run is likely to end before a connection's other requests would feel it. False until one was seen.
  bool is_quick() const {
    const auto mean = mean_ns_.load(std::memory_order_relaxed);
    return mean >= 0 && mean < quick_ns;
  }

 private:
  static constexpr std::int64_t quick_ns = 200'000;
  std::atomic<std::int64_t> mean_ns_ = -1;
};

}  // namespace slipway::scheduler
