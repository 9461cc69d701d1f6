#include "measure/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

namespace slipway::measure {
namespace {

using namespace std::chrono_literals;

TEST(LatencyHistogram, IsZeroWhenEmpty) {
  const LatencyHistogram empty;
  EXPECT_EQ(empty.count(), 0U);
  EXPECT_EQ(empty.min(), 0ns);
  EXPECT_EQ(empty.max(), 0ns);
  EXPECT_EQ(empty.mean(), 0ns);
  EXPECT_EQ(empty.percentile(99), 0ns);
}

TEST(LatencyHistogram, GivesSmallValuesExactly) {
  LatencyHistogram histogram;
  for (int ns = 1; ns <= 100; ++ns) histogram.record(std::chrono::nanoseconds(ns));
  EXPECT_EQ(histogram.percentile(0), 1ns);
  EXPECT_EQ(histogram.percentile(50), 50ns);
  EXPECT_EQ(histogram.percentile(99), 99ns);
  EXPECT_EQ(histogram.percentile(100), 100ns);
  EXPECT_EQ(histogram.mean(), 50ns);
}

TEST(LatencyHistogram, IsRightWithinItsErrorOverTheWholeRange) {
  for (std::int64_t ns = 1; ns < 3'600'000'000'000; ns = ns * 11 / 10 + 1) {
    LatencyHistogram histogram;
    histogram.record(0ns);
    histogram.record(std::chrono::nanoseconds(ns));
    histogram.record(1h);
    const auto found = core::nanoseconds(histogram.percentile(50));
    EXPECT_LE(std::abs(found - ns) * 256, ns) << ns;
  }
}

TEST(LatencyHistogram, AgreesWithSortedValues) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> latencies(13, 1.5);
  LatencyHistogram histogram;
  std::vector<std::int64_t> sorted(20000);
  for (auto& ns : sorted) {
    ns = static_cast<std::int64_t>(latencies(random));
    histogram.record(std::chrono::nanoseconds(ns));
  }
  std::ranges::sort(sorted);
  for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9, 99.99}) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent * 200)) - 1;
    EXPECT_NEAR(static_cast<double>(core::nanoseconds(histogram.percentile(percent))),
                static_cast<double>(sorted[rank]), static_cast<double>(sorted[rank]) / 256)
        << percent;
  }
  EXPECT_EQ(core::nanoseconds(histogram.percentile(100)), sorted.back());
  EXPECT_EQ(core::nanoseconds(histogram.min()), sorted.front());
}

TEST(LatencyHistogram, TakesNoRankTooHighWhereTheShareIsWhole) {
  LatencyHistogram thousand;
  for (int i = 0; i < 1000; ++i) thousand.record(i < 999 ? 1ns : 2ns);
  LatencyHistogram histogram;
  for (int thousands = 1; thousands <= 500; ++thousands) {
    histogram.merge(thousand);
    ASSERT_EQ(histogram.percentile(99.9), 1ns) << thousands;
  }
  histogram.record(2ns);  // one more than one in a thousand
  EXPECT_EQ(histogram.percentile(99.9), 2ns);
}

TEST(LatencyHistogram, MergedIsWhatOneWouldHaveSeen) {
  LatencyHistogram one;
  LatencyHistogram other;
  LatencyHistogram both;
  for (int i = 1; i < 1000; ++i) {
    const auto latency = std::chrono::microseconds(i * i);
    (i % 3 == 0 ? one : other).record(latency);
    both.record(latency);
  }
  one.merge(other);
  EXPECT_EQ(one.count(), both.count());
  EXPECT_EQ(one.mean(), both.mean());
  EXPECT_EQ(one.min(), 1us);
  EXPECT_EQ(one.max(), both.max());
  for (const double percent : {5.0, 50.0, 99.0}) EXPECT_EQ(one.percentile(percent), both.percentile(percent));
}

TEST(LatencyHistogram, CountsWhatIsOutOfRangeAtItsEnds) {
  LatencyHistogram histogram;
  histogram.record(-5ns);
  histogram.record(30h);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.max(), 1h);
  EXPECT_EQ(histogram.count(), 2U);
}

}  // namespace
}  // namespace slipway::measure
