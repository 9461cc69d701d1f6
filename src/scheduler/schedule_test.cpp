// Priorities, policies and the order of answers, through a whole scheduler whose runs the test lets go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <semaphore>
#include <string>

#include "metrics/registry.hpp"
#include "scheduler/scheduler.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;
using testing::answer_of;
using testing::copy_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::make_job;

std::atomic<core::TimePoint> schedule_hand = core::TimePoint() + 1h;
core::TimePoint schedule_clock() { return schedule_hand; }

/// A run of a value in `gates` waits for the test. Outlives the scheduler.
struct ScheduleStage {
  std::counting_semaphore<> entered{0};
  std::map<int, std::binary_semaphore> gates;
  std::mutex mutex;
  std::vector<int> ran;
};

class GatedEcho : public runtime::Runner {
 public:
  explicit GatedEcho(ScheduleStage& stage) : stage_(stage) {}
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    const int value = static_cast<int>(testing::floats(inputs.front().bytes).front());
    {
      const std::lock_guard lock(stage_.mutex);
      stage_.ran.push_back(value);
    }
    stage_.entered.release();
    if (const auto gate = stage_.gates.find(value); gate != stage_.gates.end()) gate->second.acquire();
    std::vector<core::Tensor> made;
    made.push_back(copy_of(inputs.front()));
    return made;
  }

 private:
  ScheduleStage& stage_;
};

struct ScheduleTest : ::testing::Test {
  using Answer = std::future<core::Result<core::Response>>;

  metrics::Registry registry;
  Probe probe{registry, "echo", "1"};
  ScheduleStage stage;
  std::mutex mutex;
  std::vector<int> left;
  std::unique_ptr<Scheduler> scheduler;

  void start(Options options, int instances = 1) {
    options.model = "echo";
    options.clock = schedule_clock;
    std::vector<std::unique_ptr<runtime::Runner>> runners;
    for (int i = 0; i < instances; ++i) runners.push_back(std::make_unique<GatedEcho>(stage));
    scheduler =
        std::make_unique<Scheduler>(std::move(options), std::vector<core::TensorInfo>(1), std::move(runners), probe);
  }
  Answer submit(int value, std::uint32_t priority = 0, core::Duration timeout = {}) {
    Job job = make_job(1, 2, static_cast<float>(value));
    job.request.received = schedule_hand;
    job.priority = priority;
    job.timeout = timeout;
    Answer answer = answer_of(job);
    job.done = [this, value, done = std::move(job.done)](core::Result<core::Response> result) mutable {
      {
        const std::lock_guard lock(mutex);
        left.push_back(value);
      }
      done(std::move(result));
    };
    scheduler->submit(std::move(job));
    return answer;
  }
  /// A run that occupies an instance until `stage.gates.at(value).release()`.
  Answer occupy(int value) {
    stage.gates.try_emplace(value, 0);
    Answer answer = submit(value);
    stage.entered.acquire();
    return answer;
  }
  static std::string error_of(Answer& answer) {
    const auto result = answer.get();
    return result ? "" : std::string(core::code_name(result.error().code())) + ": " + result.error().message();
  }
};

TEST_F(ScheduleTest, TheFirstPriorityIsTakenFirst) {
  start({.priorities = config::PrioritySpec{.levels = 3, .default_level = 2, .default_policy = {}, .policies = {}}});
  Answer first = occupy(0);
  std::vector<Answer> answers;
  const std::vector<std::uint32_t> priorities{3, 0, 1, 2, 1, 9};
  for (int i = 0; i < 6; ++i) answers.push_back(submit(i + 1, priorities[static_cast<std::size_t>(i)]));
  stage.gates.at(0).release();
  for (Answer& answer : answers) ASSERT_TRUE(answer.get());
  EXPECT_THAT(stage.ran, ElementsAre(0, 3, 5, 2, 4, 6, 1));
}

TEST_F(ScheduleTest, ABatchIsLedByTheFirstPriorityAndFilledWithTheOthers) {
  start({.max_batch_rows = 2,
         .priorities = config::PrioritySpec{.levels = 2, .default_level = 2, .default_policy = {}, .policies = {}}});
  Answer first = occupy(0);
  std::vector<Answer> answers;
  for (const int value : {1, 2}) answers.push_back(submit(value));
  answers.push_back(submit(3, 1));
  stage.gates.at(0).release();
  for (Answer& answer : answers) ASSERT_TRUE(answer.get());
  EXPECT_THAT(stage.ran, ElementsAre(0, 3, 2));
  EXPECT_THAT(left, ElementsAre(0, 3, 1, 2));
}

TEST_F(ScheduleTest, WhatIsLateIsRefusedOrRunsBehindTheOthers) {
  for (const bool delay : {false, true}) {
    start({.priorities = config::PrioritySpec{
               .levels = 0,
               .default_level = 0,
               .default_policy = config::QueuePolicy{.delay_on_timeout = delay, .allow_timeout_override = true},
               .policies = {}}});
    stage.ran.clear();
    Answer first = occupy(0);
    Answer late = submit(1, 0, 10ms);
    Answer other = submit(2);
    schedule_hand = schedule_hand.load() + 10ms;
    stage.gates.at(0).release();
    EXPECT_TRUE(other.get());
    if (delay) {
      EXPECT_TRUE(late.get());
      EXPECT_THAT(stage.ran, ElementsAre(0, 2, 1));
    } else {
      EXPECT_THAT(error_of(late), HasSubstr("DEADLINE_EXCEEDED: the request was not run"));
      EXPECT_THAT(stage.ran, ElementsAre(0, 2));
    }
    scheduler.reset();
    stage.entered.try_acquire();
    while (stage.entered.try_acquire()) {
    }
    stage.gates.clear();
  }
}

TEST_F(ScheduleTest, ALevelThatIsFullRefusesItsOwnAlone) {
  start({.priorities = config::PrioritySpec{.levels = 2,
                                            .default_level = 1,
                                            .default_policy = {},
                                            .policies = {{2, config::QueuePolicy{.max_queue_size = 1}}}}});
  Answer first = occupy(0);
  Answer waits = submit(1, 2);
  Answer refused = submit(2, 2);
  Answer other = submit(3, 1);
  EXPECT_THAT(error_of(refused),
              HasSubstr("RESOURCE_EXHAUSTED: model \"echo\": 1 requests of priority 2 wait already"));
  stage.gates.at(0).release();
  EXPECT_TRUE(waits.get() && other.get());
}

TEST_F(ScheduleTest, AnswersLeaveInTheOrderOfTheirRequests) {
  start({.queue_limit = 2, .preserve_ordering = true}, 2);
  Answer slow = occupy(0);
  for (const int value : {1, 2}) {
    Answer quick = submit(value);
    stage.entered.acquire();  // it runs while the first one still does
  }
  Answer last = submit(3);
  stage.entered.acquire();
  EXPECT_NE(last.wait_for(0s), std::future_status::ready);
  Answer surplus = submit(4);  // two may wait, two may run
  EXPECT_THAT(error_of(surplus), HasSubstr("too many answers wait for an earlier request's"));
  stage.gates.at(0).release();
  EXPECT_TRUE(last.get());
  EXPECT_THAT(left, ElementsAre(4, 0, 1, 2, 3));
}

TEST_F(ScheduleTest, WithoutBeingAskedForTheyLeaveWhenTheyAreReady) {
  start({}, 2);
  Answer slow = occupy(0);
  EXPECT_TRUE(submit(1).get());
  stage.gates.at(0).release();
  EXPECT_TRUE(slow.get());
  EXPECT_THAT(left, ElementsAre(1, 0));
}

}  // namespace
}  // namespace slipway::scheduler
