#include "front/turn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <stdexcept>
#include <string>

namespace slipway::front {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class TurnTest : public testing::Test {
 protected:
  TurnTest() { share(); }

  /// The thread has served two subjects just now, and has some company to expect.
  void share() {
    turn_.serves(&steady_);
    turn_.serves(&flooded_);
    for (int i = 0; i < 2; ++i) turn_.add(&flooded_, [] {});
    context_.poll();
    context_.restart();
  }
  /// Takes as long as a tenth of the time after which the sockets are looked at.
  Turn::Piece says(std::string text) {
    return [this, text = std::move(text)] {
      now_ += 10us;
      done_.push_back(text);
    };
  }

  static inline core::TimePoint now_{1h};
  boost::asio::io_context context_{1};
  Turn turn_{context_, [] { return now_; }};
  std::vector<std::string> done_;
  int flooded_ = 0;
  int steady_ = 0;
};

TEST_F(TurnTest, SubjectsAreServedInTurnAndEachInItsOrder) {
  for (const char* text : {"f1", "f2", "f3"}) turn_.add(&flooded_, says(text));
  for (const char* text : {"s1", "s2"}) turn_.add(&steady_, says(text));
  turn_.add(nullptr, says("n1"));
  EXPECT_THAT(done_, ElementsAre()) << "nothing at once";
  context_.poll();
  EXPECT_THAT(done_, ElementsAre("f1", "s1", "n1", "f2", "s2", "f3"));
}

TEST_F(TurnTest, WhatBecomesReadyDuringALongTurnIsNotBehindAllOfIt) {
  for (int i = 0; i < 100; ++i) turn_.add(&flooded_, says("f"));
  context_.poll_one();
  EXPECT_EQ(done_.size(), 10) << "a tenth of a millisecond";
  boost::asio::post(context_, [this] { turn_.add(&steady_, says("s")); });  // as the socket of a request does
  context_.poll();
  ASSERT_EQ(done_.size(), 101);
  EXPECT_LE(std::ranges::find(done_, "s") - done_.begin(), 21) << "behind the next tenth and one more";
}

TEST_F(TurnTest, TheEndOfATurnComesBehindWhatWasReadyAtItsBeginning) {
  for (int i = 0; i < 25; ++i) {
    turn_.add(&flooded_, [this, i] {
      says("f")();
      if (i == 0) turn_.at_end(says("end"));
      turn_.add(&flooded_, says("next"));
    });
  }
  context_.poll();
  ASSERT_EQ(done_.size(), 51);
  EXPECT_EQ(done_[25], "end");
}

TEST_F(TurnTest, TheEndComesWhereNothingWaits) {
  turn_.at_end(says("end"));
  EXPECT_THAT(done_, ElementsAre());
  context_.poll();
  EXPECT_THAT(done_, ElementsAre("end"));
}

TEST_F(TurnTest, WhatThrowsEndsItself) {
  turn_.add(&flooded_, [] { throw std::runtime_error("no memory"); });
  turn_.add(&flooded_, says("f"));
  context_.poll();
  EXPECT_THAT(done_, ElementsAre("f"));
}

TEST_F(TurnTest, AThreadThatServesOneSubjectDoesAllAtOnce) {
  EXPECT_TRUE(turn_.waits());
  now_ += 1001ms;
  turn_.serves(&flooded_);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(turn_.waits());
  turn_.serves(&steady_);
  EXPECT_TRUE(turn_.waits()) << "serves another";
}

TEST_F(TurnTest, WhatComesOneByOneIsSeldomHeldUp) {
  int held_up = 0;
  for (int i = 0; i < 320; ++i) {
    const void* subject = i % 2 == 0 ? &flooded_ : &steady_;
    turn_.serves(subject);
    if (!turn_.waits()) continue;
    ++held_up;
    turn_.add(subject, says("alone"));
    context_.poll();
    context_.restart();
  }
  EXPECT_LE(held_up, 20);
  EXPECT_GE(held_up, 16) << "or nobody would see that there is company again";
}

TEST_F(TurnTest, NothingGoesBeforeWhatWaits) {
  turn_.add(&flooded_, says("f1"));
  now_ += 1001ms;
  EXPECT_TRUE(turn_.waits());
}

TEST_F(TurnTest, AThreadThatServesOneSubjectAgainComesToItsEndAtOnce) {
  for (int i = 0; i < 100; ++i) turn_.add(&flooded_, says("f"));
  now_ += 1001ms;
  context_.poll_one();
  EXPECT_EQ(done_.size(), 100);
  EXPECT_FALSE(turn_.waits());
}

TEST_F(TurnTest, AWorkMayAskForTheNextEnd) {
  turn_.at_end([this] {
    says("end")();
    turn_.at_end(says("next"));
    turn_.add(&flooded_, says("f"));
  });
  context_.poll();
  EXPECT_THAT(done_, ElementsAre("end", "f", "next"));
}

TEST_F(TurnTest, WhatIsLeftWhenItsThreadEndsIsDoneByWhoRunsTheContextOn) {
  for (int i = 0; i < 25; ++i) turn_.add(&flooded_, says("f"));
  turn_.at_end(says("end"));
  turn_.end();
  while (context_.poll_one() > 0) continue;
  EXPECT_EQ(done_.size(), 26);
  EXPECT_EQ(done_.front(), "end");
}

}  // namespace
}  // namespace slipway::front
