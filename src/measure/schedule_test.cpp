#include "measure/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace slipway::measure {
namespace {

using namespace std::chrono_literals;

TEST(Schedule, ConstantRateIsEvenlySpaced) {
  Schedule schedule({.loop = Loop::constant, .rate = 1000});
  EXPECT_EQ(schedule.next(), 0ms);
  EXPECT_EQ(schedule.next(), 1ms);
  EXPECT_EQ(schedule.next(), 2ms);
}

TEST(Schedule, ConstantRateDoesNotDrift) {
  Schedule schedule({.loop = Loop::constant, .rate = 30000});
  for (int i = 0; i < 30000 * 60; ++i) schedule.next();
  EXPECT_NEAR(core::seconds(schedule.next()), 60, 1e-6);
}

TEST(Schedule, PoissonHasItsRateAndTheSpreadOfItsGaps) {
  constexpr int count = 100000;
  Schedule schedule({.loop = Loop::poisson, .rate = 500});
  double sum = 0;
  double squares = 0;
  core::Duration before{};
  for (int i = 0; i < count; ++i) {
    const core::Duration at = schedule.next();
    ASSERT_GE(at, before);
    const double gap = core::seconds(at - before);
    sum += gap;
    squares += gap * gap;
    before = at;
  }
  const double mean = sum / count;
  EXPECT_NEAR(mean, 1.0 / 500, 0.02 / 500);
  // the gaps of a Poisson process spread as widely as they are long
  EXPECT_NEAR(std::sqrt(squares / count - mean * mean), mean, 0.02 * mean);
}

TEST(Schedule, PoissonIsTheSameAtEachStartAndOtherWithEachSeed) {
  Load load{.loop = Loop::poisson, .rate = 500, .seed = 9};
  Schedule once(load);
  Schedule again(load);
  load.seed = 10;
  Schedule other(load);
  const auto first = once.next();
  EXPECT_EQ(first, again.next());
  EXPECT_NE(first, other.next());
}

TEST(DueRequests, GiveEachOnceAndCountThoseThatNobodyTook) {
  const core::TimePoint start = core::TimePoint{} + 1s;
  DueRequests due({.loop = Loop::constant, .rate = 1000}, start);
  EXPECT_EQ(due.take(), start);
  EXPECT_EQ(due.take(), start + 1ms);
  EXPECT_EQ(due.untaken(start + 2ms).count, 0U);
  const Unfinished left = due.untaken(start + 5500us);
  EXPECT_EQ(left.count, 4U);
  EXPECT_EQ(left.oldest, 3500us);
  EXPECT_EQ(due.take(), start + 2ms);
}

}  // namespace
}  // namespace slipway::measure
