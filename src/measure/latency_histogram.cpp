#include "measure/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace slipway::measure {

namespace {

// Values below 2^8 have a bucket each; beyond that, each power of two is cut into 2^7 buckets of equal width, which is
// at most 1/128 of what lies in it: the middle of a bucket is within 1/256.
constexpr unsigned exact_bits = 8;
constexpr std::uint64_t per_octave = 1U << (exact_bits - 1);
constexpr std::int64_t most_ns = 3'600'000'000'000;

std::size_t bucket_of(std::uint64_t ns) {
  const auto width = static_cast<unsigned>(std::bit_width(ns));
  if (width <= exact_bits) return ns;
  const unsigned shift = width - exact_bits;
  return shift * per_octave + (ns >> shift);
}

/// The middle of a bucket.
std::uint64_t value_of(std::size_t bucket) {
  if (bucket < 2 * per_octave) return bucket;
  const std::uint64_t shift = bucket / per_octave - 1;
  const std::uint64_t low = (bucket - shift * per_octave) << shift;
  return low + ((1ULL << shift) - 1) / 2;
}

}  // namespace

LatencyHistogram::LatencyHistogram() : counts_(bucket_of(most_ns) + 1) {}

void LatencyHistogram::record(core::Duration latency) {
  const std::int64_t ns = std::clamp<std::int64_t>(core::nanoseconds(latency), 0, most_ns);
  ++counts_[bucket_of(static_cast<std::uint64_t>(ns))];
  ++count_;
  min_ns_ = std::min(min_ns_, ns);
  max_ns_ = std::max(max_ns_, ns);
  sum_ns_ += static_cast<double>(ns);
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  min_ns_ = std::min(min_ns_, other.min_ns_);
  max_ns_ = std::max(max_ns_, other.max_ns_);
  sum_ns_ += other.sum_ns_;
}

core::Duration LatencyHistogram::min() const { return core::Duration(count_ == 0 ? 0 : min_ns_); }

core::Duration LatencyHistogram::mean() const {
  return core::Duration(count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ns_ / static_cast<double>(count_)));
}

core::Duration LatencyHistogram::percentile(double percent) const {
  if (count_ == 0) return {};
  // 99.9 / 100 * 1000 comes out above 999: what rounding may have added must not count as one more
  constexpr double rounding = 4 * std::numeric_limits<double>::epsilon();
  const double wanted = std::ceil(percent / 100 * static_cast<double>(count_) * (1 - rounding));
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen < rank) continue;
    // the middle of the outermost buckets may lie beyond what was seen
    return core::Duration(std::clamp(static_cast<std::int64_t>(value_of(bucket)), min_ns_, max_ns_));
  }
  return max();
}

}  // namespace slipway::measure
