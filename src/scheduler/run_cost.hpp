#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/clock.hpp"

namespace slipway::scheduler {

/// How long a model's runs take of late, and for how many bytes of input, so that one that is likely to be quick can be
/// run where its request was read: handing a request to another thread and its answer back costs two wake-ups, tens of
/// microseconds. Safe from any thread; what is lost between two that write at once is of no matter.
class RunCost {
 public:
  /// A run that takes less is quick.
  static constexpr core::Duration quick = std::chrono::microseconds(200);

  /// A run of that many bytes of input took that long. The means are over about the last eight.
  void ran(core::Duration duration, std::size_t bytes) {
    add(mean_ns_, core::nanoseconds(duration));
    add(mean_bytes_, static_cast<std::int64_t>(bytes));
  }

  /// Whether a run of `bytes` is likely to end before a connection's other requests would feel it: the runs of late
  /// were quick, and it is not much larger than they were. False until one was seen.
  bool is_quick(std::size_t bytes) const {
    const auto ns = mean_ns_.load(std::memory_order_relaxed);
    const auto likely_bytes = mean_bytes_.load(std::memory_order_relaxed);
    return ns >= 0 && ns < core::nanoseconds(quick) && static_cast<std::int64_t>(bytes) <= 2 * likely_bytes;
  }

 private:
  static void add(std::atomic<std::int64_t>& mean, std::int64_t value) {
    const auto old = mean.load(std::memory_order_relaxed);
    mean.store(old < 0 ? value : old + (value - old) / 8, std::memory_order_relaxed);
  }

  std::atomic<std::int64_t> mean_ns_ = -1;
  std::atomic<std::int64_t> mean_bytes_ = -1;
};

}  // namespace slipway::scheduler
