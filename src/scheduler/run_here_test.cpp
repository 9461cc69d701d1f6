// Running a job where it was submitted, and when not to.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <semaphore>
#include <thread>

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
struct Stage {
  std::atomic<bool> gated{false};
  std::binary_semaphore entered{0};
  std::binary_semaphore leave{0};
};

class EchoRunner : public runtime::Runner {
 public:
  explicit EchoRunner(Stage& stage) : stage_(stage) {}
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    if (stage_.gated.exchange(false)) {
      stage_.entered.release();
      stage_.leave.acquire();
    }
    std::vector<core::Tensor> made;
    made.push_back(copy_of(inputs.front()));
    return made;
  }

 private:
  Stage& stage_;
};

struct RunHere : ::testing::Test {
  metrics::Registry registry;
  Probe probe{registry, "echo", "1"};
  Stage stage;
  std::unique_ptr<Scheduler> scheduler;

  void start(std::chrono::microseconds max_delay = 0us) {
    std::vector<std::unique_ptr<runtime::Runner>> runners;
    runners.push_back(std::make_unique<EchoRunner>(stage));
    scheduler = std::make_unique<Scheduler>(Options{.max_batch_rows = 8, .max_delay = max_delay},
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

}  // namespace
}  // namespace slipway::scheduler
