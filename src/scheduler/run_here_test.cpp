// Running a job where it was submitted, and when not to.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include "core/turn.hpp"
#include "metrics/registry.hpp"
#include "scheduler/run_cost.hpp"
#include "scheduler/scheduler.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;
using testing::answer_of;
using testing::copy_of;
using testing::make_job;

constexpr int most_tries = 1000;

TEST(RunCost, IsQuickWhileTheMeanIsUnder200Microseconds) {
  RunCost cost;
  EXPECT_FALSE(cost.is_quick(8));
  cost.ran(150us, 8);
  EXPECT_TRUE(cost.is_quick(8));
  cost.ran(10ms, 8);
  EXPECT_FALSE(cost.is_quick(8));
  for (int i = 0; i < 40; ++i) cost.ran(20us, 8);
  EXPECT_TRUE(cost.is_quick(8));
}

TEST(RunCost, SaysNothingOfInputsMuchLargerThanThoseSeen) {
  RunCost cost;
  for (int i = 0; i < 10; ++i) cost.ran(20us, 100);
  EXPECT_TRUE(cost.is_quick(200));
  EXPECT_FALSE(cost.is_quick(300));
}

/// What the test and the runner, which the scheduler owns, both see.
struct HereStage {
  std::atomic<bool> gated{false};
  std::atomic<std::int64_t> rows{0};  ///< of the last run
  std::atomic<bool> refuses_batches{false};
  std::binary_semaphore entered{0};
  std::binary_semaphore leave{0};
};

class HereRunner : public runtime::Runner {
 public:
  explicit HereRunner(HereStage& stage) : stage_(stage) {}
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    if (stage_.gated.exchange(false)) {
      stage_.entered.release();
      stage_.leave.acquire();
    }
    if (stage_.refuses_batches && inputs.front().shape.front() > 1) return core::invalid("one row expected");
    stage_.rows = inputs.front().shape.front();
    std::vector<core::Tensor> made;
    made.push_back(copy_of(inputs.front()));
    return made;
  }

 private:
  HereStage& stage_;
};

struct RunHere : ::testing::Test {
  metrics::Registry registry;
  Probe probe{registry, "echo", "1"};
  HereStage stage;
  std::unique_ptr<Scheduler> scheduler;

  void start(std::chrono::microseconds max_delay = 0us, core::Clock clock = core::now) {
    std::vector<std::unique_ptr<runtime::Runner>> runners;
    runners.push_back(std::make_unique<HereRunner>(stage));
    scheduler = std::make_unique<Scheduler>(Options{.max_batch_rows = 8, .max_delay = max_delay, .clock = clock},
                                            std::vector<core::TensorInfo>(1), std::move(runners), probe);
  }
  /// Whether one more job was run and answered on this thread.
  bool runs_here() {
    std::promise<std::thread::id> answered;
    Job job = make_job();
    job.done = [&](core::Result<core::Response>) { answered.set_value(std::this_thread::get_id()); };
    scheduler->submit(std::move(job));
    return answered.get_future().get() == std::this_thread::get_id();
  }
  /// Submits until the model is known to be quick; a machine that is busy elsewhere may take some runs.
  bool becomes_quick() {
    for (int i = 0; i < most_tries; ++i) {
      if (runs_here()) return true;
    }
    return false;
  }
};

TEST_F(RunHere, AModelThatIsKnownToBeQuick) {
  start();
  EXPECT_FALSE(runs_here());  // nothing is known before the first run
  EXPECT_TRUE(becomes_quick());
  EXPECT_EQ(probe.statistics().execution_count, probe.statistics().success.count);
}

TEST_F(RunHere, NeverWhereRequestsWaitForEachOther) {
  start(1us);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(runs_here());
}

TEST_F(RunHere, NotWhileTheInstanceIsBusyAndNothingIsLost) {
  start();
  ASSERT_TRUE(becomes_quick());
  stage.gated = true;
  std::jthread other([this] { runs_here(); });
  stage.entered.acquire();
  Job job = make_job(1, 2, 3);
  auto answer = answer_of(job);
  scheduler->submit(std::move(job));  // returns at once: it waits in the queue
  EXPECT_NE(answer.wait_for(0s), std::future_status::ready);
  stage.leave.release();
  const auto result = answer.get();
  ASSERT_TRUE(result);
  EXPECT_EQ(testing::floats(result->outputs[0].data.bytes()), (std::vector<float>{3, 3}));
}

TEST_F(RunHere, WhatIsPastItsDeadlineIsNotRun) {
  start();
  ASSERT_TRUE(becomes_quick());
  const auto ran = probe.statistics().execution_count;
  Job job = make_job();
  job.request.deadline = core::now() - 1ms;
  auto answer = answer_of(job);
  scheduler->submit(std::move(job));
  EXPECT_EQ(answer.get().error().code(), core::Code::deadline_exceeded);
  EXPECT_EQ(probe.statistics().execution_count, ran);
}

/// On a thread that takes what comes in turns. No time passes, so that all runs cost the same.
struct RunTogether : RunHere {
  static core::TimePoint now() {
    static const core::TimePoint fixed = core::now();
    return fixed;
  }
  RunTogether() {
    start(0us, now);
    EXPECT_TRUE(becomes_quick());  // and the instance is free
    core::end_of_turn() = [this](std::function<void()> work) { works.push_back(std::move(work)); };
  }
  ~RunTogether() override {
    end_turn();
    core::end_of_turn() = nullptr;
  }
  void end_turn() {
    for (const auto& work : std::exchange(works, {})) work();
  }
  std::future<core::Result<core::Response>> submit(float value, core::TimePoint deadline = core::no_deadline) {
    Job job = make_job(1, 2, value);
    job.request.deadline = deadline;
    auto answer = answer_of(job);
    scheduler->submit(std::move(job));
    return answer;
  }
  /// One job that waits for the end of the turn.
  std::future<core::Result<core::Response>> submit_held() {
    for (int i = 0; i < most_tries; ++i) {
      auto answer = submit(1);
      if (!works.empty()) return answer;
      answer.wait();
    }
    ADD_FAILURE() << "no job is held";
    return {};
  }
  static float value_of(std::future<core::Result<core::Response>>& answer) {
    const auto result = answer.get();
    return result ? testing::floats(result->outputs[0].data.bytes()).front() : -1;
  }
  static bool is_answered(const std::future<core::Result<core::Response>>& answer) {
    return answer.wait_for(0s) == std::future_status::ready;
  }

  std::vector<std::function<void()>> works;
};

TEST_F(RunTogether, WhatCameTogetherIsOneBatchOnThisThread) {
  auto first = submit_held();
  auto second = submit(2);
  auto third = submit(3);
  EXPECT_FALSE(is_answered(first));
  end_turn();
  ASSERT_TRUE(is_answered(first) && is_answered(second) && is_answered(third));
  EXPECT_EQ(stage.rows, 3);
  EXPECT_EQ(value_of(first), 1);
  EXPECT_EQ(value_of(second), 2);
  EXPECT_EQ(value_of(third), 3);
}

TEST_F(RunTogether, WhatIsPastItsDeadlineByThenIsNotRun) {
  auto first = submit_held();
  auto late = submit(2, now() - 1ms);
  end_turn();
  EXPECT_EQ(late.get().error().code(), core::Code::deadline_exceeded);
  EXPECT_EQ(value_of(first), 1);
  EXPECT_EQ(stage.rows, 1);
}

TEST_F(RunTogether, WhileTheInstanceIsBusyTheyWaitInTheQueueAndNothingIsLost) {
  auto first = submit_held();
  auto second = submit(2);
  stage.gated = true;
  std::jthread other([this] { runs_here(); });
  stage.entered.acquire();
  end_turn();
  EXPECT_FALSE(is_answered(first));
  stage.leave.release();
  EXPECT_EQ(value_of(first), 1);
  EXPECT_EQ(value_of(second), 2);
}

TEST_F(RunTogether, NobodyElseEndsTheModelMeanwhile) {
  auto held = submit_held();
  std::binary_semaphore begun{0};
  auto finished = std::async(std::launch::async, [&] {
    begun.release();
    scheduler->finish();
  });
  begun.acquire();
  EXPECT_EQ(finished.wait_for(20ms), std::future_status::timeout);
  end_turn();
  finished.get();
  EXPECT_TRUE(is_answered(held));
}

TEST_F(RunTogether, OnTheirOwnThreadFinishingRunsThem) {
  auto held = submit_held();
  scheduler->finish();
  EXPECT_TRUE(is_answered(held));
}

TEST_F(RunTogether, AModelWhoseBatchesFailRunsThemAlone) {
  auto first = submit_held();
  auto second = submit(2);
  stage.refuses_batches = true;
  end_turn();
  EXPECT_EQ(value_of(first), 1);
  EXPECT_EQ(value_of(second), 2);
}

}  // namespace
}  // namespace slipway::scheduler
