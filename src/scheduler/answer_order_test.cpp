#include "scheduler/answer_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <vector>

#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::make_job;

/// Jobs whose completions write down their number, and an order they have entered.
struct Desk {
  AnswerOrder order{4};
  std::vector<int> left{};
  std::vector<Job> jobs{};

  bool enter() {
    Job job = make_job();
    const int number = static_cast<int>(jobs.size());
    job.done = [this, number](core::Result<core::Response>) { left.push_back(number); };
    if (!order.enter(job)) return false;
    jobs.push_back(std::move(job));
    return true;
  }
  void enter(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(enter());
  }
  void answer(std::size_t number) { jobs[number].done(core::Response{}); }
  void fail(std::size_t number, core::Code code) { jobs[number].done(core::fail(code, "so it is")); }
};

TEST(AnswerOrder, AnAnswerWaitsForThoseBeforeIt) {
  Desk desk;
  desk.enter(4);
  desk.answer(2);
  desk.answer(1);
  EXPECT_THAT(desk.left, IsEmpty());
  desk.answer(0);
  EXPECT_THAT(desk.left, ElementsAre(0, 1, 2));
  desk.answer(3);
  EXPECT_THAT(desk.left, ElementsAre(0, 1, 2, 3));
}

TEST(AnswerOrder, NobodyWaitsForOneThatWasDropped) {
  Desk desk;
  desk.enter(3);
  desk.answer(1);
  desk.jobs[0].done = nullptr;
  EXPECT_THAT(desk.left, ElementsAre(0, 1)) << "it was told so";
  desk.answer(2);
  EXPECT_THAT(desk.left, ElementsAre(0, 1, 2));
}

TEST(AnswerOrder, AFailedRunWaitsToo) {
  Desk desk;
  desk.enter(2);
  desk.fail(1, core::Code::internal);
  EXPECT_THAT(desk.left, IsEmpty());
  desk.answer(0);
  EXPECT_THAT(desk.left, ElementsAre(0, 1));
}

TEST(AnswerOrder, WhatNeverRanLeavesAtOnceAndKeepsNobody) {
  for (const core::Code code : {core::Code::cancelled, core::Code::deadline_exceeded, core::Code::resource_exhausted,
                                core::Code::unavailable}) {
    Desk desk;
    desk.enter(3);
    desk.fail(1, code);
    EXPECT_THAT(desk.left, ElementsAre(1));
    desk.answer(2);
    desk.answer(0);
    EXPECT_THAT(desk.left, ElementsAre(1, 0, 2));
  }
}

TEST(AnswerOrder, HoldsNoMoreThanItsLimit) {
  Desk desk;
  desk.enter(4);
  desk.answer(3);
  EXPECT_FALSE(desk.enter());
  Job job = make_job();
  job.done = [](core::Result<core::Response>) {};
  job.has_waited = true;
  EXPECT_TRUE(desk.order.enter(job)) << "it was accepted into its sequence";
  desk.answer(0);
  desk.answer(1);
  EXPECT_TRUE(desk.enter());
  EXPECT_FALSE(desk.enter());
}

TEST(AnswerOrder, ACompletionMayThrowOrSubmitAgain) {
  Desk desk;
  Job job = make_job();
  job.done = [&](core::Result<core::Response>) {
    desk.enter(1);
    desk.answer(0);
    throw std::runtime_error("socket");
  };
  ASSERT_TRUE(desk.order.enter(job));
  job.done(core::Response{});
  EXPECT_THAT(desk.left, ElementsAre(0));
}

TEST(AnswerOrder, HoldsBetweenThreads) {
  constexpr std::size_t count = 4000;
  AnswerOrder order(count);
  std::vector<std::size_t> left;  // no completion runs beside another
  std::vector<Job> jobs(count);
  for (std::size_t i = 0; i < count; ++i) {
    jobs[i].done = [&left, i](core::Result<core::Response>) { left.push_back(i); };
    ASSERT_TRUE(order.enter(jobs[i]));
  }
  {
    std::vector<std::jthread> instances;
    for (std::size_t first = 0; first < 4; ++first) {
      instances.emplace_back([&, first] {
        for (std::size_t i = first; i < count; i += 4) jobs[i].done(core::Response{});
      });
    }
  }
  EXPECT_EQ(left.size(), count);
  EXPECT_TRUE(std::ranges::is_sorted(left));
}

}  // namespace
}  // namespace slipway::scheduler
