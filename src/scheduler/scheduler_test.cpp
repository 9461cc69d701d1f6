#include "scheduler/scheduler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <stdexcept>

#include "metrics/registry.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;
using testing::answer_of;
using testing::copy_of;
using ::testing::ElementsAre;
using testing::floats;
using ::testing::HasSubstr;
using testing::make_job;

using Answer = std::future<core::Result<core::Response>>;

/// What the test and its runner, which the scheduler owns, both see.
struct Stage {
  std::counting_semaphore<> entered{0};  ///< released at each run's beginning
  std::counting_semaphore<> leave{0};    ///< acquired before it ends, while gated
  std::atomic<bool> gated{false};
  std::mutex mutex;
  std::vector<std::vector<float>> runs;  ///< the elements of each run's input
};

thread_local bool has_run = false;  ///< on this thread a runner has

/// Gives its input back. Fails when a value is negative; throws when one is under -100.
class EchoRunner : public runtime::Runner {
 public:
  explicit EchoRunner(Stage& stage) : stage_(stage) {}

  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> outputs) override {
    const auto values = floats(inputs.front().bytes);
    has_run = true;
    {
      const std::lock_guard lock(stage_.mutex);
      stage_.runs.push_back(values);
    }
    stage_.entered.release();
    if (stage_.gated) stage_.leave.acquire();
    for (const float value : values) {
      if (value < -100) throw std::runtime_error("boom");
      if (value < 0) return core::fail(core::Code::invalid_argument, "negative");
    }
    std::vector<core::Tensor> made;
    for (const std::uint32_t output : outputs) {
      made.push_back(copy_of(inputs.front(), ""));
      if (output == 2) made.back().shape = {1, made.back().shape[0], made.back().shape[1]};
    }
    return made;
  }

 private:
  Stage& stage_;
};

std::vector<core::TensorInfo> named(std::initializer_list<const char*> names) {
  std::vector<core::TensorInfo> made;
  for (const char* name : names) made.emplace_back().name = name;
  return made;
}

struct SchedulerTest : ::testing::Test {
  metrics::Registry registry;
  Probe probe{registry, "echo", "7"};
  Stage stage;
  std::unique_ptr<Scheduler> scheduler;

  void start(std::int64_t max_batch_rows = 8, std::size_t queue_limit = 16) {
    std::vector<std::unique_ptr<runtime::Runner>> runners;
    runners.push_back(std::make_unique<EchoRunner>(stage));
    scheduler = std::make_unique<Scheduler>(
        Options{.max_batch_rows = max_batch_rows, .queue_limit = queue_limit, .model = "echo", .version = "7"},
        named({"y", "z", "loose"}), std::move(runners), probe);
  }
  Answer submit(Job job) {
    Answer answer = answer_of(job);
    scheduler->submit(std::move(job));
    return answer;
  }
  Answer submit(float value) { return submit(make_job(1, 2, value)); }

  /// Submits a request that keeps the one instance busy until release().
  Answer occupy() {
    stage.gated = true;
    Answer answer = submit(0);
    stage.entered.acquire();
    return answer;
  }
  void release() {
    stage.gated = false;
    stage.leave.release();
  }
  std::size_t runs() {
    const std::lock_guard lock(stage.mutex);
    return stage.runs.size();
  }
  static core::Code code_of(Answer& answer) {
    const auto result = answer.get();
    return result ? core::Code::unknown : result.error().code();
  }
};

std::atomic<bool> clock_throws{false};

TEST_F(SchedulerTest, WhatThrowsOutsideTheRunnerCostsItsBatchAlone) {
  std::vector<std::unique_ptr<runtime::Runner>> runners;
  runners.push_back(std::make_unique<EchoRunner>(stage));
  scheduler = std::make_unique<Scheduler>(Options{.model = "echo",
                                                  .version = "7",
                                                  .clock =
                                                      [] {
                                                        if (has_run && clock_throws.exchange(false))
                                                          throw std::bad_alloc();
                                                        return core::now();
                                                      }},
                                          named({"y"}), std::move(runners), probe);
  Answer lost = occupy();
  clock_throws = true;
  release();
  EXPECT_THROW(lost.get(), std::future_error) << "it was dropped";
  EXPECT_THAT(registry.text(), HasSubstr("slipway_instances_busy{model=\"echo\",version=\"7\"} 0"));
  EXPECT_TRUE(submit(2).get());
}

TEST_F(SchedulerTest, AnswersWithModelVersionIdAndNames) {
  start();
  const auto result = submit(5).get();
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->model, "echo");
  EXPECT_EQ(result->version, "7");
  EXPECT_EQ(result->id, "5");
  ASSERT_EQ(result->outputs.size(), 1U);
  EXPECT_EQ(result->outputs[0].name, "y");
  EXPECT_THAT(floats(result->outputs[0].data.bytes()), ElementsAre(5, 5));
  EXPECT_EQ(result->timing.batch_rows, 1);
}

TEST_F(SchedulerTest, GivesOutputsInTheOrderAskedFor) {
  start();
  Job job = make_job();
  job.outputs = {0, 1};
  job.request.outputs = {"z", "y"};
  const auto result = submit(std::move(job)).get();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outputs[0].name, "z");
  EXPECT_EQ(result->outputs[1].name, "y");
}

TEST_F(SchedulerTest, BatchesWhatQueuedWhileTheInstanceWasBusy) {
  start();
  Answer first = occupy();
  Answer second = submit(1);
  Answer third = submit(2);
  EXPECT_EQ(scheduler->waiting(), 2U);
  release();
  ASSERT_TRUE(first.get());
  const auto b = second.get();
  const auto c = third.get();
  ASSERT_TRUE(b && c);
  EXPECT_THAT(floats(b->outputs[0].data.bytes()), ElementsAre(1, 1));
  EXPECT_THAT(floats(c->outputs[0].data.bytes()), ElementsAre(2, 2));
  EXPECT_EQ(c->timing.batch_rows, 2);
  EXPECT_THAT(stage.runs.back(), ElementsAre(1, 1, 2, 2));
  EXPECT_EQ(runs(), 2U);
}

TEST_F(SchedulerTest, NeverRunsExpiredOrCancelled) {
  start();
  Answer first = occupy();
  Job expired = make_job();
  expired.request.deadline = core::now() - 1ms;
  Answer late = submit(std::move(expired));
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  Job leaving = make_job();
  leaving.request.cancelled = gone;
  Answer cancelled = submit(std::move(leaving));
  *gone = true;
  release();
  EXPECT_EQ(code_of(late), core::Code::deadline_exceeded);
  EXPECT_EQ(code_of(cancelled), core::Code::cancelled);
  EXPECT_TRUE(first.get());
  EXPECT_EQ(runs(), 1U);
}

constexpr auto soon_enough = 20s;  // a limit, in case it never comes

TEST_F(SchedulerTest, WhoIsLateHearsSoWhileEveryInstanceIsBusy) {
  start();
  Answer first = occupy();
  Job job = make_job();
  job.request.deadline = core::now() + 1ms;
  Answer late = submit(std::move(job));
  Answer in_time = submit(1);
  EXPECT_EQ(late.wait_for(soon_enough), std::future_status::ready);
  EXPECT_EQ(scheduler->waiting(), 1U);
  release();
  EXPECT_EQ(code_of(late), core::Code::deadline_exceeded);
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(in_time.get());
}

TEST_F(SchedulerTest, WhatIsDroppedDoesNotWaitForTheBatchTakenWithIt) {
  start();
  Answer first = occupy();
  Job gone = make_job();
  gone.request.cancelled = std::make_shared<std::atomic<bool>>(true);
  Answer dropped = submit(std::move(gone));
  Answer next = submit(1);
  stage.leave.release();
  stage.entered.acquire();  // the next one is being run
  EXPECT_EQ(dropped.wait_for(soon_enough), std::future_status::ready);
  release();
  EXPECT_EQ(code_of(dropped), core::Code::cancelled);
  EXPECT_TRUE(next.get());
}

TEST_F(SchedulerTest, OneBadRequestOfABatchFailsAlone) {
  start();
  Answer first = occupy();
  Answer good = submit(1);
  Answer bad = submit(-1);
  Answer thrown = submit(-101);
  Answer fine = submit(2);
  release();
  EXPECT_TRUE(good.get());
  EXPECT_EQ(code_of(bad), core::Code::invalid_argument);
  EXPECT_EQ(code_of(thrown), core::Code::internal);
  EXPECT_TRUE(fine.get());
  EXPECT_EQ(runs(), 1U + 1 + 4);
  EXPECT_EQ(probe.statistics().fail.count, 2U);
}

TEST_F(SchedulerTest, ARunnerThatThrowsServesTheNext) {
  start();
  const auto thrown = submit(-101).get();
  ASSERT_FALSE(thrown);
  EXPECT_EQ(thrown.error().code(), core::Code::internal);
  EXPECT_THAT(thrown.error().message(), HasSubstr("boom"));
  EXPECT_TRUE(submit(1).get());
}

TEST_F(SchedulerTest, WhereAnOutputIsNotBatchedTheRequestsOfABatchAreRunAlone) {
  start();
  Answer first = occupy();
  std::vector<Answer> answers;
  for (int i = 0; i < 2; ++i) {
    Job job = make_job();
    job.outputs = {2};
    answers.push_back(submit(std::move(job)));
  }
  release();
  for (Answer& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(runs(), 4U);  // what kept the instance busy, the batch, and each alone
}

TEST_F(SchedulerTest, RefusesWhatTheQueueCannotHold) {
  start(8, 1);
  Answer first = occupy();
  Answer waits = submit(1);
  const auto refused = submit(2).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), core::Code::resource_exhausted);
  EXPECT_THAT(refused.error().message(), HasSubstr("model \"echo\": 1 requests wait already"));
  EXPECT_THAT(refused.error().message(), HasSubstr("queue_limit"));
  release();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(waits.get());
}

TEST_F(SchedulerTest, StopsAfterAnsweringWhatItAccepted) {
  start(1);
  Answer first = occupy();
  Answer second = submit(1);
  Answer third = submit(2);
  scheduler->stop();
  Answer refused = submit(3);
  EXPECT_EQ(code_of(refused), core::Code::unavailable);
  release();
  scheduler.reset();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_TRUE(third.get());
}

TEST_F(SchedulerTest, WithoutInstancesRefuses) {
  Scheduler none({}, {}, {}, probe);
  Job job = make_job();
  Answer answer = answer_of(job);
  none.submit(std::move(job));
  EXPECT_EQ(code_of(answer), core::Code::unavailable);
}

TEST_F(SchedulerTest, ACompletionThatThrowsHarmsNobody) {
  start();
  Job job = make_job();
  job.done = [](core::Result<core::Response>) { throw std::runtime_error("socket"); };
  scheduler->submit(std::move(job));
  EXPECT_TRUE(submit(1).get());
}

TEST_F(SchedulerTest, WhoHasTheAnswerFindsItCounted) {
  start();
  Answer first = occupy();
  Answer second = submit(1);
  Answer third = submit(2);
  release();
  for (Answer* answer : {&first, &second, &third}) ASSERT_TRUE(answer->get());
  const Statistics statistics = probe.statistics();
  EXPECT_EQ(statistics.success.count, 3U);
  EXPECT_EQ(statistics.inference_count, 3U);
  EXPECT_EQ(statistics.execution_count, 2U);
  EXPECT_EQ(statistics.queue.count, 3U);
  ASSERT_EQ(statistics.batches.size(), 2U);
  EXPECT_EQ(statistics.batches[1].rows, 2);
  EXPECT_THAT(registry.text(), HasSubstr("outcome=\"success\",version=\"7\"} 3"));
  EXPECT_THAT(registry.text(), HasSubstr("slipway_queue_depth{model=\"echo\",version=\"7\"} 0"));
}

TEST_F(SchedulerTest, ManyThreadsAndInstancesLoseNothing) {
  std::vector<std::unique_ptr<runtime::Runner>> runners;
  for (int i = 0; i < 2; ++i) runners.push_back(std::make_unique<EchoRunner>(stage));
  scheduler = std::make_unique<Scheduler>(Options{.max_batch_rows = 4, .max_delay = 50us, .queue_limit = 10'000},
                                          named({"y"}), std::move(runners), probe);
  constexpr int each = 500;
  std::atomic<int> right{0};
  std::latch all(3 * each);
  {
    std::vector<std::jthread> fronts;
    for (int f = 0; f < 3; ++f) {
      fronts.emplace_back([&, f] {
        for (int n = 0; n < each; ++n) {
          const auto value = static_cast<float>(f * each + n);
          Job job = make_job(1 + n % 3, 2 + n % 2, value);
          job.done = [&, value](core::Result<core::Response> result) {
            if (result && floats(result->outputs[0].data.bytes()).back() == value) ++right;
            all.count_down();
          };
          scheduler->submit(std::move(job));
        }
      });
    }
  }
  all.wait();
  EXPECT_EQ(right, 3 * each);
}

}  // namespace
}  // namespace slipway::scheduler
