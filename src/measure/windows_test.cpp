#include "measure/windows.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace slipway::measure {
namespace {

using namespace std::chrono_literals;

Window window(int count, core::Duration latency) {
  Window made{.seconds = 1, .tally = {}};
  for (int i = 0; i < count; ++i) made.tally.latency.record(latency);
  return made;
}

TEST(Windows, AreStableWhenTheLastThreeAgree) {
  Windows windows({.tolerance = 0.1, .most = 10});
  windows.add(window(10, 9ms));
  windows.add(window(100, 1ms));
  windows.add(window(108, 1ms));
  EXPECT_FALSE(windows.done());  // with the slow first, no three agree
  windows.add(window(95, 1050us));
  EXPECT_TRUE(windows.stable());
  EXPECT_TRUE(windows.done());
  const Window result = windows.result();
  EXPECT_EQ(result.seconds, 3);
  EXPECT_EQ(result.tally.latency.count(), 303U);
  EXPECT_EQ(result.throughput(), 101);
}

TEST(Windows, AreNotStableWhileThroughputMoves) {
  Windows windows({.tolerance = 0.1, .most = 10});
  windows.add(window(100, 1ms));
  windows.add(window(120, 1ms));
  windows.add(window(140, 1ms));
  EXPECT_FALSE(windows.stable());
}

TEST(Windows, AreNotStableWhileTheTailMoves) {
  Windows windows({.tolerance = 0.1, .most = 10});
  windows.add(window(100, 1ms));
  windows.add(window(100, 1ms));
  Window tail = window(98, 1ms);
  for (int i = 0; i < 2; ++i) tail.tally.latency.record(2ms);
  windows.add(std::move(tail));
  EXPECT_FALSE(windows.stable());
}

TEST(Windows, EndAtTheMostThereMayBe) {
  Windows windows({.tolerance = 0.1, .most = 2});
  windows.add(window(100, 1ms));
  EXPECT_FALSE(windows.done());
  windows.add(window(10, 1ms));
  EXPECT_TRUE(windows.done());
  EXPECT_FALSE(windows.stable());
  EXPECT_EQ(windows.result().tally.latency.count(), 110U);
}

TEST(Windows, WithoutAnswersAreNeverStable) {
  Windows windows({.tolerance = 0.1, .most = 10});
  for (int i = 0; i < 3; ++i) windows.add(window(0, 0ms));
  EXPECT_FALSE(windows.stable());
  EXPECT_EQ(windows.result().throughput(), 0);
}

TEST(Windows, KeepTheFirstErrorsSentence) {
  Windows windows({.tolerance = 0.1, .most = 3});
  for (const char* sentence : {"first", "second"}) {
    Window made = window(1, 1ms);
    made.tally.add_error(sentence);
    made.tally.add_error("later");
    windows.add(std::move(made));
  }
  EXPECT_EQ(windows.result().tally.errors, 4U);
  EXPECT_EQ(windows.result().tally.error_example, "first");
}

}  // namespace
}  // namespace slipway::measure
