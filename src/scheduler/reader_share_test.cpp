#include "scheduler/reader_share.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;

/// A reader, two models, and a clock that only the test moves.
struct ReaderShareTest : ::testing::Test {
  ReaderShare flooded;
  ReaderShare other;
  Reader reader;
  core::TimePoint now = core::TimePoint() + 1h;

  /// Whether a request that the reader has now may be run there.
  bool may_run(ReaderShare& model) {
    model.read(reader, now);
    return model.allows(reader, now);
  }
  /// Runs as long as it may, 100 µs each, for so long; how many runs.
  int runs(ReaderShare& model, core::Duration time) {
    int count = 0;
    for (const core::TimePoint end = now + time; now < end;) {
      if (!may_run(model)) {
        now += 10us;  // what it reads meanwhile
        continue;
      }
      now += 100us;
      model.spent(reader, now, 100us);
      ++count;
    }
    return count;
  }
};

TEST_F(ReaderShareTest, AModelThatHasAThreadForItselfMayHaveAllOfIt) { EXPECT_EQ(runs(flooded, 100ms), 1000); }

TEST_F(ReaderShareTest, BesideAnotherItMayHaveAQuarter) {
  EXPECT_TRUE(may_run(other));
  EXPECT_NEAR(runs(flooded, 90ms), 225, 5);
  EXPECT_TRUE(may_run(other));  // which has its own quarter
  EXPECT_NEAR(runs(other, 20ms), 50, 5);
}

TEST_F(ReaderShareTest, WhenTheOtherHasNotAskedForAWhileItMayHaveAllAgain) {
  EXPECT_TRUE(may_run(other));
  EXPECT_LT(runs(flooded, 50ms), 150);
  now += 100ms;
  EXPECT_EQ(runs(flooded, 50ms), 500);
}

TEST_F(ReaderShareTest, OtherReadersHaveTheirOwn) {
  EXPECT_TRUE(may_run(other));
  while (may_run(flooded)) flooded.spent(reader, now, 100us);
  reader.number = 1;
  EXPECT_TRUE(may_run(flooded));
}

TEST(ThisReader, IsAnotherOnEachThread) {
  const std::size_t mine = this_reader().number;
  EXPECT_EQ(this_reader().number, mine);
  std::jthread([mine] { EXPECT_NE(this_reader().number, mine); }).join();
}

}  // namespace
}  // namespace slipway::scheduler
