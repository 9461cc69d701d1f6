#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "measure/tally.hpp"

namespace slipway::measure {

/// What was seen in one stretch of time.
struct Window {
  double seconds = 0;
  Tally tally;

  /// Answers a second, errors not among them.
  double throughput() const { return seconds > 0 ? static_cast<double>(tally.latency.count()) / seconds : 0; }
  void merge(const Window& other) {
    seconds += other.seconds;
    tally.merge(other.tally);
  }
};

/// Collects windows until the last three agree: each one's throughput and 99th percentile lie within `tolerance` of
/// their mean, as NVIDIA's perf_analyzer has it; or until there are `most`. A value; one thread.
///
///   while (!windows.done()) windows.add(measured());
///   report(windows.result(), windows.stable());
class Windows {
 public:
  static constexpr std::size_t agreeing = 3;
  /// A rate of fewer requests than these says little: one more or less moves it by more than a tenth.
  static constexpr std::uint64_t few = 10;
  struct Limits {
    double tolerance = 0.1;
    std::uint32_t most = 10;
  };
  explicit Windows(Limits limits) : limits_(limits) {}

  void add(Window window) { all_.push_back(std::move(window)); }
  bool stable() const;
  bool done() const { return all_.size() >= limits_.most || stable(); }
  const std::vector<Window>& all() const { return all_; }
  /// What the figures are made from: the last three, or fewer where there are no more. Where those did not agree and
  /// only a few requests ended in them, as of a model that takes seconds, as many before them as make up for it.
  std::span<const Window> judged() const;
  Window result() const;  ///< the judged ones as one

 private:
  Limits limits_;
  std::vector<Window> all_;
};

}  // namespace slipway::measure
