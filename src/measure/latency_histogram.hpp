#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/clock.hpp"

namespace slipway::measure {

/// How often each latency was seen, in buckets whose width grows with the value, as HdrHistogram has them: every
/// percentile is right within 1/256 of itself, whatever lies between a nanosecond and an hour, in 70 kB. What is longer
/// counts as an hour; minimum, maximum and mean are exact. A value; one thread at a time.
///
///   LatencyHistogram seen;
///   seen.record(80us);
///   seen.merge(of_another_thread);
///   const core::Duration p99 = seen.percentile(99);
class LatencyHistogram {
 public:
  LatencyHistogram();

  void record(core::Duration latency);
  void merge(const LatencyHistogram& other);

  std::uint64_t count() const { return count_; }
  core::Duration min() const;  ///< 0 when empty, as all of these
  core::Duration max() const { return core::Duration(max_ns_); }
  core::Duration mean() const;

  /// The smallest latency that at least `percent` (0 to 100) of those recorded do not exceed.
  core::Duration percentile(double percent) const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::int64_t min_ns_ = INT64_MAX;
  std::int64_t max_ns_ = 0;
  double sum_ns_ = 0;
};

}  // namespace slipway::measure
