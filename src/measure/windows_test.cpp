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

TEST(Windows, GoFurtherBackForAFewAnswers) {
  Windows windows({.tolerance = 0.1, .most = 10});
  for (int i = 0; i < 10; ++i) windows.add(window(i == 2 || i == 6 ? 1 : 0, 3900ms));
  EXPECT_EQ(windows.judged().size(), 10U);
  EXPECT_EQ(windows.result().tally.latency.count(), 2U);
  EXPECT_DOUBLE_EQ(windows.result().throughput(), 0.2);
}

TEST(Windows, GoNoFurtherBackThanTheyMust) {
  Windows windows({.tolerance = 0.1, .most = 6});
  for (const int count : {100, 1, 4, 0, 6, 0}) windows.add(window(count, 1ms));
  EXPECT_EQ(windows.judged().size(), 4U);
  EXPECT_DOUBLE_EQ(windows.result().throughput(), 2.5);
}

TEST(Windows, DoNotGoBackBehindErrorsToAnswersOfBefore) {
  Windows windows({.tolerance = 0.1, .most = 6});
  for (int i = 0; i < 3; ++i) windows.add(window(100, 1ms));
  for (int i = 0; i < 3; ++i) {
    Window failed = window(0, 1ms);
    for (int n = 0; n < 20; ++n) failed.tally.add_error("oh");
    windows.add(std::move(failed));
  }
  EXPECT_EQ(windows.judged().size(), 3U);
  EXPECT_EQ(windows.result().tally.latency.count(), 0U);
}

TEST(Windows, ThatAreStableAreAllThereIsToTell) {
  Windows windows({.tolerance = 0.1, .most = 10});
  windows.add(window(7, 1ms));
  for (int i = 0; i < 3; ++i) windows.add(window(1, 1ms));
  EXPECT_TRUE(windows.stable());
  EXPECT_EQ(windows.judged().size(), 3U);
  EXPECT_EQ(windows.result().throughput(), 1);
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
