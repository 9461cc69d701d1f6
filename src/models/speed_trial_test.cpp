#include "models/speed_trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

namespace slipway::models {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using ::testing::DoubleEq;
using ::testing::DoubleNear;

std::atomic<Duration> elapsed{};
core::TimePoint hand_driven() { return core::TimePoint() + 1h + elapsed.load(); }

/// Moves the clock by what a run takes; fails from a run on where that is asked.
class TimedRunner : public runtime::Runner {
 public:
  explicit TimedRunner(Duration takes, int fails_after = -1) : takes_(takes), fails_after_(fails_after) {}
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> /*inputs*/,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    elapsed = elapsed.load() + takes_;
    if (runs++ == fails_after_) return core::fail(core::Code::internal, "as asked");
    return std::vector<core::Tensor>();
  }
  int runs = 0;

 private:
  Duration takes_;
  int fails_after_;
};

struct SpeedTrial : ::testing::Test {
  static std::vector<Speed> measure(std::initializer_list<TimedRunner*> runners) {
    std::vector<Instances> candidates;
    for (TimedRunner* runner : runners) candidates.push_back({runner});
    return measure_speeds(candidates, {}, {}, {.clock = hand_driven});
  }
};

TEST_F(SpeedTrial, CountsRunsASecond) {
  TimedRunner a(10ms);
  TimedRunner b(5ms);
  const auto speeds = measure({&a, &b});
  EXPECT_THAT(speeds[0].all_cores, DoubleNear(100, 1));
  EXPECT_THAT(speeds[1].all_cores, DoubleNear(200, 1));
  EXPECT_EQ(fastest(speeds), 1U);
}

TEST_F(SpeedTrial, EndsEarlyWhenOneIsClearlyAhead) {
  TimedRunner a(20us);
  TimedRunner b(10us);
  const core::TimePoint begin = hand_driven();
  measure({&a, &b});
  EXPECT_LT(hand_driven() - begin, 50ms);
}

TEST_F(SpeedTrial, OneCallerIsMeasuredWhereAllCoresDoNotDecide) {
  TimedRunner a(10us);
  TimedRunner b(20us);
  const core::TimePoint begin = hand_driven();
  EXPECT_THAT(measure({&a, &b})[0].one_caller, DoubleEq(0));
  EXPECT_LT(hand_driven() - begin, 3 * 2 * 3ms + 1ms);  // three rounds: each of the two for 3 ms
  TimedRunner c(10us);
  TimedRunner d(11us);
  EXPECT_THAT(measure({&c, &d})[1].one_caller, DoubleNear(1e6 / 11, 300));
}

TEST_F(SpeedTrial, OneThatFailsEndsNothingEarly) {
  TimedRunner a(10us);
  TimedRunner b(10us, 400);  // in the first round
  TimedRunner c(11us);
  const core::TimePoint begin = hand_driven();
  measure({&a, &b, &c});
  EXPECT_GT(hand_driven() - begin, 100ms);
}

TEST_F(SpeedTrial, TakesNoMoreThanItsTimeAndOneRun) {
  for (const auto& [one, other] : {std::pair(10us, 10us), std::pair(8000us, 9000us), std::pair(240'000us, 230'000us)}) {
    TimedRunner a(one);
    TimedRunner b(other);
    const core::TimePoint begin = hand_driven();
    const auto speeds = measure({&a, &b});
    EXPECT_LE(hand_driven() - begin, 1s + 240ms);
    EXPECT_EQ(fastest(speeds), 0U);
  }
}

TEST_F(SpeedTrial, WhatIsTooSlowForARoundIsNotMeasured) {
  TimedRunner a(700ms);
  TimedRunner b(400ms);
  const auto speeds = measure({&a, &b});
  EXPECT_THAT(speeds[0].all_cores, DoubleEq(0));
  EXPECT_THAT(speeds[1].all_cores, DoubleEq(0));
  EXPECT_EQ(fastest(speeds), 0U);
}

TEST_F(SpeedTrial, WhoFailsIsOut) {
  TimedRunner a(10ms);
  TimedRunner b(1ms, 30);
  const auto speeds = measure({&a, &b});
  EXPECT_THAT(speeds[1].all_cores, DoubleEq(0));
  EXPECT_GT(speeds[0].all_cores, 0);
  EXPECT_EQ(b.runs, 31);
}

TEST_F(SpeedTrial, WhoFailsIsOutOfTheWayOfTheOthers) {
  for (const int fails_after : {0, 1, 25}) {
    TimedRunner a(10us);
    TimedRunner fails(10us, fails_after);
    TimedRunner c(10us);
    const auto even = measure({&a, &fails, &c});
    EXPECT_GT(even[0].all_cores, 0);
    EXPECT_THAT(even[1].all_cores, DoubleEq(0));
    EXPECT_GT(even[2].all_cores, 0);

    TimedRunner fails_first(10us, fails_after);
    TimedRunner quick(10us);
    TimedRunner slow(20us);
    const core::TimePoint begin = hand_driven();
    const auto speeds = measure({&fails_first, &quick, &slow});
    EXPECT_EQ(fastest(speeds), 1U);
    EXPECT_LT(hand_driven() - begin, 70ms) << "one is clearly ahead of those that run";
  }
}

TEST_F(SpeedTrial, AddsUpAllInstancesOnThreadsOfTheirOwn) {
  TimedRunner a(100us);
  TimedRunner b(100us);
  TimedRunner c(1ms);
  TimedRunner d(1ms);
  const std::vector<Instances> candidates{{&a, &b}, {&c, &d}};
  const auto speeds = measure_speeds(candidates, {}, {}, {.most = 200ms, .clock = hand_driven});
  EXPECT_GT(speeds[0].all_cores, 0);
  EXPECT_GT(b.runs, 0);
  EXPECT_GT(d.runs, 0);
}

TEST(Fastest, NeedsATenthMoreOnAllCoresOrElseWithOneCaller) {
  const auto choose = [](Speed a, Speed b) { return fastest(std::vector{a, b}); };
  EXPECT_EQ(choose({100, 50}, {109, 54}), 0U);
  EXPECT_EQ(choose({100, 50}, {111, 10}), 1U);
  EXPECT_EQ(choose({100, 50}, {95, 56}), 1U);
  EXPECT_EQ(choose({100, 50}, {80, 90}), 0U);
  EXPECT_EQ(choose({0, 0}, {0, 0}), 0U);
  EXPECT_EQ(choose({100, 0}, {0, 0}), 0U);
}

}  // namespace
}  // namespace slipway::models
