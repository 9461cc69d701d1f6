#include "scheduler/batch_cost.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;
using core::Duration;

/// What a batch of so many rows takes.
using Curve = std::function<Duration(std::int64_t rows)>;

const Curve pays = [](std::int64_t rows) { return 10ms + rows * 100us; };
const Curve pays_not = [](std::int64_t rows) { return rows * 10ms; };

/// Every size measured often enough.
void learn(BatchCost& cost, const Curve& curve) {
  for (std::int64_t rows = 1; rows <= 16; rows *= 2) {
    for (int i = 0; i < 3; ++i) cost.ran(rows, curve(rows));
  }
}

/// Decides `decisions` times for `waiting`, runs what was decided, and counts each size.
std::map<std::int64_t, int> sizes(BatchCost& cost, const Curve& curve, const BatchCost::Waiting& waiting,
                                  int decisions) {
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < decisions; ++i) {
    const std::int64_t rows = cost.rows_to_take(waiting).rows;
    ++counts[rows];
    cost.ran(rows, curve(rows));
  }
  return counts;
}

TEST(BatchCost, TakesAllBeforeAnythingIsKnown) {
  BatchCost cost;
  EXPECT_EQ(cost.rows_to_take({.rows = 5, .most = 16}).rows, 5);
  EXPECT_EQ(cost.rows_to_take({.rows = 50, .most = 16}).rows, 16);
  EXPECT_EQ(cost.rows_to_take({.rows = 50, .most = 16, .time_left = 1h}).rows, 1);  // it may take two
  EXPECT_FALSE(cost.expected(1));
}

struct Decision {
  const char* why;
  Curve curve;
  BatchCost::Waiting waiting;
  std::int64_t rows;
};

TEST(BatchCost, TakesWhatIsDoneSoonest) {
  const std::vector<Decision> decisions{
      {"joining saves nearly all", pays, {.rows = 16, .most = 16}, 16},
      {"up to the largest batch", pays, {.rows = 100, .most = 8}, 8},
      {"joining saves nothing, so the first need not wait for the last", pays_not, {.rows = 16, .most = 16}, 1},
      {"within a tenth is noise", [](auto rows) { return 1ms + rows * 20ms; }, {.rows = 16, .most = 16}, 1},
      {"17 % a row is not", [](auto rows) { return 1600us + rows * 7800us; }, {.rows = 8, .most = 8}, 4},
      {"there is a best size in between",
       [](auto rows) { return rows <= 4 ? Duration(10ms) : rows * 10ms; },
       {.rows = 16, .most = 16},
       4},
      {"two instances halve what hardly gains",
       [](auto rows) { return 1600us + rows * 7800us; },
       {.rows = 8, .most = 8, .idle = 1},
       4},
      {"a part that is no power of two",
       [](auto rows) { return 10ms + rows * 7800us; },
       {.rows = 6, .most = 8, .idle = 1},
       3},
      {"one batch is nearly as soon as two at a time, and leaves one instance free",
       pays,
       {.rows = 8, .most = 8, .idle = 1},
       8},
      {"an instance for each", pays_not, {.rows = 4, .most = 8, .idle = 3}, 1},
      {"waking another takes longer than the work",
       [](auto rows) { return rows * 5us; },
       {.rows = 8, .most = 8, .idle = 1},
       8},
  };
  for (const Decision& decision : decisions) {
    BatchCost cost;
    learn(cost, decision.curve);
    EXPECT_EQ(cost.rows_to_take(decision.waiting).rows, decision.rows) << decision.why;
  }
}

TEST(BatchCost, TriesOtherSizesRarely) {
  BatchCost cost;
  learn(cost, pays_not);
  const auto counts = sizes(cost, pays_not, {.rows = 16, .most = 16}, 32 * 8);
  EXPECT_EQ(counts.at(1), 31 * 8);
  for (const std::int64_t other : {2, 4, 8, 16}) EXPECT_EQ(counts.at(other), 2);
}

TEST(BatchCost, TriesNothingThatCouldCostADeadline) {
  BatchCost cost;
  learn(cost, pays_not);
  const auto counts = sizes(cost, pays_not, {.rows = 16, .most = 16, .time_left = 100ms}, 32 * 8);
  EXPECT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts.at(1), 32 * 8);
}

TEST(BatchCost, LearnsWhatNoDeadlineLeavesTimeFor) {
  for (const auto& [curve, best] : {std::pair(pays, 16), std::pair(pays_not, 1)}) {
    BatchCost cost;
    const BatchCost::Waiting waiting{.rows = 16, .most = 16, .time_left = 15ms};
    auto counts = sizes(cost, curve, waiting, 150);
    if (best == 1) {
      EXPECT_EQ(counts[1], 150 - 3) << "2 three times, and none that is larger since it took twice as long";
    }
    EXPECT_EQ(sizes(cost, curve, waiting, 64)[best], 64);
  }
}

TEST(BatchCost, LearnsUnderDeadlinesAsFarAsAddedRowsCostLess) {
  BatchCost cost;
  auto counts = sizes(
      cost, [](auto rows) { return 1600us + rows * 7800us; }, {.rows = 16, .most = 16, .time_left = 15ms}, 150);
  EXPECT_GE(counts[4], 3);
}

TEST(BatchCost, NoticesAChangeUnderDeadlines) {
  BatchCost cost;
  const BatchCost::Waiting waiting{.rows = 16, .most = 16, .time_left = 200ms};
  EXPECT_EQ(sizes(cost, pays_not, waiting, 300)[16], 0);
  sizes(cost, pays, waiting, 32 * 20);
  EXPECT_GE(sizes(cost, pays, waiting, 64)[16], 62);
}

TEST(BatchCost, LearnsFromRequestsOfSeveralRowsToo) {
  for (const Duration time_left : {Duration(50ms), BatchCost::forever}) {
    BatchCost cost;
    const BatchCost::Waiting waiting{.rows = 16, .least = 3, .most = 16, .time_left = time_left};
    for (int i = 0; i < 100; ++i) {
      const std::int64_t rows = std::max<std::int64_t>(cost.rows_to_take(waiting).rows, 3);
      cost.ran(rows, pays(rows));
    }
    int best = 0;
    for (int i = 0; i < 64; ++i) {
      const std::int64_t rows = cost.rows_to_take(waiting).rows;
      best += rows == 16 ? 1 : 0;
      EXPECT_GE(rows, 3);
      cost.ran(rows, pays(rows));
    }
    EXPECT_GE(best, 62);
  }
}

TEST(BatchCost, LearnsFromNothing) {
  for (const auto& [curve, best] : {std::pair(pays, 16), std::pair(pays_not, 1)}) {
    BatchCost cost;
    const BatchCost::Waiting waiting{.rows = 16, .most = 16};
    sizes(cost, curve, waiting, 150);
    EXPECT_GE(sizes(cost, curve, waiting, 64)[best], 60);
  }
}

TEST(BatchCost, NoticesAChange) {
  const BatchCost::Waiting waiting{.rows = 16, .most = 16};
  BatchCost cost;
  learn(cost, pays);
  EXPECT_GE(sizes(cost, pays, waiting, 64)[16], 60);
  sizes(cost, pays_not, waiting, 300);
  EXPECT_GE(sizes(cost, pays_not, waiting, 64)[1], 60);
  sizes(cost, pays, waiting, 600);
  EXPECT_GE(sizes(cost, pays, waiting, 64)[16], 60);
}

TEST(BatchCost, OneRunThatWasKeptWaitingChangesNothing) {
  BatchCost cost;
  learn(cost, pays);
  cost.ran(16, 10s);
  EXPECT_EQ(cost.rows_to_take({.rows = 16, .most = 16}).rows, 16);
}

TEST(BatchCost, TheFirstRunsOfASizeMayTakeLonger) {
  BatchCost cost;
  cost.ran(4, 500ms);
  cost.ran(4, 10ms);
  cost.ran(3, 11ms);
  EXPECT_EQ(cost.expected(4), Duration(10ms));
  EXPECT_EQ(cost.ran(4, 18ms).duration, Duration(11ms));
}

TEST(BatchCost, ExpectsInProportion) {
  BatchCost cost;
  cost.ran(2, 10ms);
  cost.ran(4, 14ms);
  EXPECT_EQ(cost.expected(1), Duration(10ms));
  EXPECT_EQ(cost.expected(3), Duration(12ms));
  EXPECT_EQ(cost.expected(8), Duration(28ms));
  EXPECT_EQ(cost.ran(100'000, 1s).rows, 1 << 15);
  EXPECT_EQ(cost.ran(0, 1ms).rows, 1);
}

}  // namespace
}  // namespace slipway::scheduler
