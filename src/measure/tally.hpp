#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "measure/latency_histogram.hpp"

namespace slipway::measure {

/// What became of requests. A value.
struct Tally {
  LatencyHistogram latency;  ///< from when a request was meant to begin; of those answered, as the next
  LatencyHistogram service;  ///< from when it was sent
  std::uint64_t errors = 0;
  std::string error_example;  ///< the first error's sentence

  std::uint64_t ended() const { return latency.count() + errors; }
  void add_error(std::string_view sentence) {
    if (errors++ == 0) error_example = sentence;
  }
  void merge(const Tally& other) {
    latency.merge(other.latency);
    service.merge(other.service);
    if (errors == 0) error_example = other.error_example;
    errors += other.errors;
  }
};

/// Where a thread that makes load leaves what it saw, and another takes it away at the end of each window. Shared by
/// those two.
class Recorder {
 public:
  template <class Add>
  void add(Add&& to) {
    const std::lock_guard lock(mutex_);
    std::forward<Add>(to)(tally_);
  }
  /// What was seen since the last call.
  Tally take() {
    Tally taken;
    const std::lock_guard lock(mutex_);
    std::swap(taken, tally_);
    return taken;
  }

 private:
  std::mutex mutex_;
  Tally tally_;
};

}  // namespace slipway::measure
