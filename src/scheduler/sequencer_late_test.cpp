// Requests whose time is over, or whose client has gone, while they wait for the one before them in their sequence.
#include "scheduler/test_sequencer.hpp"

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class SequencerLateTest : public SequencerTest {
 protected:
  void ask_with_a_late_start_between() {
    ask(1U, 1, true);
    ask(1U, 2, true, false, the_time + 1s);
    ask(1U, 3);
    the_time += 1s;
  }
};

TEST_F(SequencerLateTest, WhatIsLateBehindAnotherWaitsForNoInstance) {
  ask(1U, 1, true);
  ask(1U, 2, false, false, the_time + 1s);
  ask(1U, 3, false, false, the_time + 1s);
  ask(1U, 4);
  the_time += 2s;
  run();
  EXPECT_EQ(values(), (std::vector<float>{101, -1, -1}));
  run();
  EXPECT_EQ(answers_.back().y, 105) << "which goes on where the first has ended";
}

TEST_F(SequencerLateTest, AStartThatIsLateBeginsNothing) {
  ask_with_a_late_start_between();
  run();
  ASSERT_EQ(answers_.size(), 3U);
  EXPECT_THAT(answers_[1].error, HasSubstr("was not run"));
  EXPECT_THAT(answers_[2].error, HasSubstr("has not been begun")) << "what was before is not gone on with";
}

TEST_F(SequencerLateTest, HandsOverTheLateWhileTheOneBeforeThemRuns) {
  ask(1U, 1, true);
  ask(1U, 2, false, false, the_time + 1s);
  ask(1U, 3);
  ask(1U, 4, false, false, the_time + 3s);
  the_time += 1s;
  answer_late();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_THAT(answers_[0].error, HasSubstr("was not run"));
  ask(1U, 5);  // there is room for a third again
  EXPECT_EQ(answers_.size(), 1U);
  run();
  run();
  run();
  run();
  EXPECT_EQ(values(), (std::vector<float>{-1, 101, 104, 108, 113}));
}

TEST_F(SequencerLateTest, WhatComesBehindAStartThatWasHandedOverIsRefused) {
  ask_with_a_late_start_between();
  answer_late();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_THAT(answers_[0].error, HasSubstr("was not run"));
  run();
  ASSERT_EQ(answers_.size(), 3U);
  EXPECT_THAT(answers_[2].error, HasSubstr("has not been begun"));
  ask(1U, 4);
  EXPECT_THAT(answers_[3].error, HasSubstr("has not been begun"));
  ask(1U, 5, true);
  run();
  EXPECT_EQ(answers_.back().y, 105);
}

TEST_F(SequencerLateTest, NorDoesAStartThatWasHandedOverTakeAPlace) {
  ask(1U, 1, true);
  for (int i = 0; i < 5; ++i) {
    ask(1U, 2, true, false, the_time + 10ms);
    the_time += 10ms;
    answer_late();
  }
  for (int i = 0; i < 3; ++i) ask(1U, 3, i == 0);
  EXPECT_EQ(answers_.size(), 5U) << "there is room for three";
  for (int i = 0; i < 4; ++i) run();
  EXPECT_EQ(answers_.back().y, 109);
}

TEST_F(SequencerLateTest, AClientThatHasGoneTakesNobodysPlaceForLong) {
  ask(1U, 1, true);
  for (int i = 0; i < 3; ++i) ask(1U, 2);
  ask(1U, 3);
  EXPECT_THAT(answers_.back().error, HasSubstr("requests wait already"));
  *gone_ = true;
  the_time += 250ms;
  answer_late();
  EXPECT_EQ(answers_.size(), 4U);
  *gone_ = false;
  ask(1U, 4);
  run();
  run();
  EXPECT_EQ(answers_.back().y, 105);
}

}  // namespace
}  // namespace slipway::scheduler
