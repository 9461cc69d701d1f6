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
  Schedule schedule({.loop = Loop::constant, .rate = 1000}, {});
  EXPECT_EQ(schedule.next(), 0ms);
  EXPECT_EQ(schedule.next(), 1ms);
  EXPECT_EQ(schedule.next(), 2ms);
}

TEST(Schedule, SharesOfAConstantRateInterleave) {
  const Load load{.loop = Loop::constant, .rate = 1000};
  Schedule first(load, {.index = 0, .count = 2});
  Schedule second(load, {.index = 1, .count = 2});
  EXPECT_EQ(first.next(), 0ms);
  EXPECT_EQ(second.next(), 1ms);
  EXPECT_EQ(first.next(), 2ms);
  EXPECT_EQ(second.next(), 3ms);
}

TEST(Schedule, ConstantRateDoesNotDrift) {
  Schedule schedule({.loop = Loop::constant, .rate = 30000}, {});
  for (int i = 0; i < 30000 * 60; ++i) schedule.next();
  EXPECT_NEAR(core::seconds(schedule.next()), 60, 1e-6);
}

TEST(Schedule, PoissonHasItsRateAndTheSpreadOfItsGaps) {
  constexpr int count = 100000;
  Schedule schedule({.loop = Loop::poisson, .rate = 500}, {});
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

TEST(Schedule, PoissonIsTheSameAtEachStartAndOtherInEachShare) {
  const Load load{.loop = Loop::poisson, .rate = 500, .seed = 9};
  Schedule once(load, {.index = 0, .count = 2});
  Schedule again(load, {.index = 0, .count = 2});
  Schedule other(load, {.index = 1, .count = 2});
  const auto first = once.next();
  EXPECT_EQ(first, again.next());
  EXPECT_NE(first, other.next());
}

}  // namespace
}  // namespace slipway::measure
