#include "scheduler/sequencer.hpp"

#include <gmock/gmock.h>

#include <cstring>

#include "scheduler/test_sequencer.hpp"

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::floats;
using ::testing::HasSubstr;

TEST_F(SequencerTest, KeepsTheStateOfEachSequenceApart) {
  at_once_ = true;
  ask(1U, 1, true);
  ask("b", 10, true);
  ask(1U, 2);
  ask("b", 20);
  EXPECT_THAT(values(), ElementsAre(101, 110, 103, 130));
  EXPECT_EQ(answers_.front().outputs, 1U) << "the state is the server's";
  EXPECT_THAT(metrics_.text(), HasSubstr("slipway_sequences_open{model=\"sum\",version=\"1\"} 2"));
}

TEST_F(SequencerTest, GoesOnBehindARequestThatCouldNotBeSubmitted) {
  ask(1U, 1, true);
  run();
  throws_ = true;
  EXPECT_THROW(ask(1U, 2), std::bad_alloc);
  ask(1U, 3);
  run();
  ASSERT_EQ(answers_.size(), 3U);
  EXPECT_THAT(answers_[1].error, HasSubstr("dropped"));
  EXPECT_EQ(answers_[2].y, 104);
}

TEST_F(SequencerTest, RunsWhatWaitsBehindARequestThatCouldNotBeSubmitted) {
  for (int i = 0; i < 3; ++i) ask(1U, 1, i == 0);
  throws_ = true;
  Job first = std::move(waiting_.front());
  waiting_.pop_front();
  EXPECT_THROW(run_job(std::move(first)), std::bad_alloc);
  run();
  ASSERT_EQ(answers_.size(), 3U);
  EXPECT_THAT(answers_[1].error, HasSubstr("dropped"));
  EXPECT_EQ(answers_[2].y, 102);
}

TEST_F(SequencerTest, GoesOnBehindARequestThatWasDropped) {
  ask(1U, 1, true);
  run();
  ask(1U, 2);
  ask(1U, 3);
  waiting_.pop_front();
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_THAT(answers_[1].error, HasSubstr("dropped"));
  run();
  EXPECT_EQ(answers_[2].y, 104) << "as if it had not been sent";
}

TEST_F(SequencerTest, RunsTheRequestsOfASequenceOneAfterTheOther) {
  ask(1U, 1, true);
  ask(1U, 2);
  ask(2U, 7, true);
  ASSERT_EQ(waiting_.size(), 2U) << "the second waits for the first, the other sequence does not";
  run();
  ASSERT_EQ(waiting_.size(), 2U);
  run();
  run();
  EXPECT_THAT(values(), ElementsAre(101, 107, 103));
}

TEST_F(SequencerTest, TheWaitForTheOnesBeforeCounts) {
  ask(1U, 1, true);
  const core::TimePoint asked = the_time;
  ask(1U, 2);
  the_time += 1s;
  run();
  EXPECT_EQ(waiting_.front().queued, asked);
  run();
}

TEST_F(SequencerTest, AStartForgetsWhatWas) {
  at_once_ = true;
  ask(1U, 1, true);
  ask(1U, 2, true);
  EXPECT_THAT(values(), ElementsAre(101, 102));
}

TEST_F(SequencerTest, ARequestThatFailsLeavesTheStateAsItWas) {
  ask(1U, 1, true);
  ask(1U, 2);
  ask(1U, 4);
  run();
  run(true);
  run();
  EXPECT_THAT(values(), ElementsAre(101, -1, 105));
}

TEST_F(SequencerTest, AStartThatFailsBeginsNothing) {
  ask(1U, 1, true);
  ask(1U, 2);
  run(true);
  EXPECT_THAT(answers_.back().error, HasSubstr("sequence 1 has not been begun")) << "what waited behind it";
  ask(1U, 3);
  EXPECT_TRUE(waiting_.empty());
  EXPECT_THAT(answers_.back().error, HasSubstr("sequence 1 has not been begun"));
  EXPECT_THAT(metrics_.text(), HasSubstr("slipway_sequences_open{model=\"sum\",version=\"1\"} 0"));
  ask(1U, 4, true);
  run();
  EXPECT_EQ(answers_.back().y, 104);
}

TEST_F(SequencerTest, AnEndThatFailsEndsNothing) {
  ask(1U, 1, true);
  ask(1U, 2, false, true);
  ask(1U, 4, false, true);
  run();
  run(true);
  run();
  EXPECT_THAT(values(), ElementsAre(101, -1, 105)) << "it may be sent again";
  ask(1U, 8);
  EXPECT_THAT(answers_.back().error, HasSubstr("or is over"));
}

TEST_F(SequencerTest, WhatWasNotBegunOrIsOverIsRefused) {
  at_once_ = true;
  ask(1U, 1);
  EXPECT_THAT(answers_.back().error, HasSubstr("sequence 1 has not been begun"));
  ask("a", 1, true, true);
  ask("a", 1);
  EXPECT_THAT(answers_.back().error, HasSubstr("sequence \"a\" has not been begun, or is over"));
}

TEST_F(SequencerTest, WhatWaitsBehindTheEndMustBeginAnew) {
  ask(1U, 1, true, true);
  ask(1U, 2);
  ask(1U, 3, true);
  run();
  run();
  EXPECT_THAT(values(), ElementsAre(101, -1, 103));
}

TEST_F(SequencerTest, TellsHowManyAreOpenAndHowManyWait) {
  const auto figures = [this] {
    const std::string text = metrics_.text();
    const auto value = [&](const std::string& name) {
      const auto at = text.find(name + "{model=\"sum\",version=\"1\"} ");
      return at == std::string::npos ? "none" : text.substr(text.find(' ', at) + 1, 1);
    };
    return value("slipway_sequences_open") + value("slipway_sequences_waiting");
  };
  ask(1U, 1, true);
  EXPECT_EQ(figures(), "10");
  ask(2U, 1, true);
  ask(1U, 2, false, false, the_time + 11s);
  ask(1U, 3);
  EXPECT_EQ(figures(), "22");
  run();
  EXPECT_EQ(figures(), "21");
  the_time += 11s;  // the first sequence is still used; the second was not since it was begun
  run();
  run();
  EXPECT_EQ(figures(), "20");
  ask(1U, 4);
  ask(1U, 5, false, false, the_time + 10500ms);
  the_time += 10500ms;
  answer_late();
  EXPECT_EQ(figures(), "11") << "the other was idle, and 4 goes on waiting";
  run();
  run();
  EXPECT_EQ(figures(), "10");
}

TEST_F(SequencerTest, AnIdleSequenceEnds) {
  at_once_ = true;
  ask(1U, 1, true);
  the_time += 10s;
  ask(1U, 1);
  EXPECT_THAT(answers_.back().error, "");
  the_time += 10s + 1ms;
  ask(1U, 1);
  EXPECT_THAT(answers_.back().error, HasSubstr("later than 10000 ms"));
}

TEST_F(SequencerTest, ThereIsABoundOfSequencesAndIdleOnesMakeRoom) {
  at_once_ = true;
  ask(1U, 1, true);
  ask(2U, 1, true);
  ask(3U, 1, true);
  EXPECT_THAT(answers_.back().error, HasSubstr("2 sequences are open, the most it has"));
  the_time += 11s;
  ask(3U, 1, true);
  EXPECT_EQ(answers_.back().error, "");
}

TEST_F(SequencerTest, ThereIsABoundOfWaitingRequests) {
  for (int i = 0; i < 3; ++i) ask(1U, 1, i == 0);
  for (int i = 0; i < 2; ++i) ask(2U, 1, i == 0);
  ASSERT_TRUE(answers_.empty());
  ask(2U, 1, false);
  ASSERT_EQ(answers_.size(), 1U) << "whichever sequences they are of";
  EXPECT_THAT(answers_.back().error, HasSubstr("3 requests wait already"));
}

/// What a model that takes ids as `dtype` is given for one; its error where it is refused.
template <class T>
std::pair<std::vector<T>, std::string> given_id(Probe& probe, core::DataType dtype, core::SequenceId id) {
  SequenceOptions takes_ids;
  takes_ids.model = "m";
  takes_ids.controls = {{1, ControlInput::Kind::correlation_id, {"CORRID", dtype, {1}, {}}, {}, {}}};
  std::pair<std::vector<T>, std::string> given;
  Sequencer sequencer(
      takes_ids,
      [&](Job job) {
        given.first.resize(job.request.inputs[1].bytes.size() / sizeof(T));
        std::memcpy(given.first.data(), job.request.inputs[1].bytes.data(), job.request.inputs[1].bytes.size());
        job.done(core::Response{});
      },
      probe, [] { return the_time; });
  Job job = testing::make_job(1, 1, 0);
  job.request.inputs.resize(2);
  job.request.sequence = core::SequencePlace{std::move(id), true, true};
  job.done = [&](const core::Result<core::Response>& result) {
    if (!result) given.second = result.error().message();
  };
  sequencer.add(std::move(job));
  return given;
}

TEST_F(SequencerTest, GivesTheModelAnIdThatFits) {
  EXPECT_THAT(given_id<std::uint32_t>(probe_, core::DataType::uint32, 4294967295U).first, ElementsAre(4294967295U));
  EXPECT_THAT(given_id<std::int32_t>(probe_, core::DataType::int32, 2147483647U).first, ElementsAre(2147483647));
  EXPECT_THAT(given_id<std::uint64_t>(probe_, core::DataType::uint64, ~std::uint64_t{0}).first,
              ElementsAre(~std::uint64_t{0}));
  EXPECT_THAT(given_id<char>(probe_, core::DataType::bytes, "ab").first, ElementsAre(2, 0, 0, 0, 'a', 'b'));
  EXPECT_THAT(given_id<char>(probe_, core::DataType::bytes, 7U).first, ElementsAre(1, 0, 0, 0, '7'));
}

TEST_F(SequencerTest, RefusesAnIdThatIsTooLong) {
  ask(std::string(129, 'a'), 1, true);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_.back().error, "model \"sum\": a sequence_id of 129 bytes given, 128 expected at most");
  ask(std::string(128, 'a'), 1, true);
  EXPECT_EQ(answers_.size(), 1U);
}

TEST_F(SequencerTest, RefusesAnIdThatTheModelCouldNotTellFromAnother) {
  EXPECT_EQ(given_id<std::uint32_t>(probe_, core::DataType::uint32, std::uint64_t{4294967297}).second,
            R"(model "m": sequence_id 4294967297 given, but its input "CORRID" has the id as UINT32; )"
            "a number up to 4294967295 expected");
  EXPECT_THAT(given_id<std::int32_t>(probe_, core::DataType::int32, std::uint64_t{2147483648}).second,
              HasSubstr("up to 2147483647"));
  EXPECT_THAT(given_id<std::int64_t>(probe_, core::DataType::int64, ~std::uint64_t{0}).second,
              HasSubstr("up to 9223372036854775807"));
  EXPECT_THAT(given_id<std::uint64_t>(probe_, core::DataType::uint64, "a").second,
              HasSubstr(R"(sequence_id "a" given, but its input "CORRID" has the id as UINT64)"));
}

TEST_F(SequencerTest, ALongQueueIsNoDeepStack) {
  constexpr std::size_t many = 200'000;
  SequenceOptions long_queue = options();
  long_queue.max_waiting = many;
  std::optional<Job> first;
  Sequencer sequencer(
      long_queue,
      [&](Job job) {
        if (first) return run_job(std::move(job));
        first = std::move(job);
      },
      probe_, [] { return the_time; });
  std::size_t answered = 0;
  for (std::size_t i = 0; i <= many; ++i) {
    Job job = testing::make_job(1, 1, 0);
    job.request.inputs.resize(3);
    job.request.sequence = core::SequencePlace{std::uint64_t{1}, i == 0, false};
    job.done = [&](const core::Result<core::Response>& /*result*/) { ++answered; };
    sequencer.add(std::move(job));
  }
  run_job(*std::move(first));
  EXPECT_EQ(answered, many + 1);
}

}  // namespace
}  // namespace slipway::scheduler
