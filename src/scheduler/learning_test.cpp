// A scheduler that learns where batches pay. The runner's work is a clock that it moves; every answered client asks
// again at once, on the instance's own thread, so each run is the same on every machine.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <latch>
#include <span>

#include "metrics/registry.hpp"
#include "scheduler/scheduler.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using testing::copy_of;
using testing::make_job;

std::atomic<Duration> elapsed{};
core::TimePoint hand_driven() { return core::TimePoint() + 1h + elapsed.load(); }

using CostCurve = std::function<Duration(std::int64_t rows, std::size_t runs)>;

/// Gives its input back and moves the clock by what the curve says; not before `all_asked`.
class CostlyRunner : public runtime::Runner {
 public:
  CostlyRunner(CostCurve curve, std::vector<std::int64_t>& runs, std::latch& all_asked)
      : curve_(std::move(curve)), runs_(runs), all_asked_(all_asked) {}
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    all_asked_.wait();
    const std::int64_t rows = inputs.front().shape.front();
    elapsed = elapsed.load() + curve_(rows, runs_.size());
    runs_.push_back(rows);
    std::vector<core::Tensor> made;
    made.push_back(copy_of(inputs.front()));
    return made;
  }

 private:
  CostCurve curve_;
  std::vector<std::int64_t>& runs_;
  std::latch& all_asked_;
};

/// Sixteen clients that ask again as soon as they are answered, until `requests` were.
class Clients {
 public:
  Clients(Scheduler& scheduler, int requests, Duration timeout)
      : scheduler_(scheduler), timeout_(timeout), left_(requests), answered_(requests) {}
  void ask() {
    if (left_.fetch_sub(1) <= 0) return;
    Job job = make_job();
    if (timeout_ != Duration()) job.request.deadline = hand_driven() + timeout_;
    job.done = [this](core::Result<core::Response> result) {
      if (!result) ++failed;
      ask();
      answered_.count_down();
    };
    scheduler_.submit(std::move(job));
  }
  void wait() { answered_.wait(); }

  std::atomic<int> failed = 0;

 private:
  Scheduler& scheduler_;
  const Duration timeout_;
  std::atomic<int> left_;
  std::latch answered_;
};

/// The rows of each run of one instance that serves sixteen clients, which wait for so long at most, if that is said.
std::vector<std::int64_t> runs_of(const CostCurve& curve, int requests, Duration timeout = {}) {
  std::vector<std::int64_t> runs;
  metrics::Registry registry;
  Probe probe(registry, "costly", "1");
  std::vector<std::unique_ptr<runtime::Runner>> runners;
  std::latch all_asked(1);
  runners.push_back(std::make_unique<CostlyRunner>(curve, runs, all_asked));
  Scheduler scheduler({.max_batch_rows = 16, .clock = hand_driven}, std::vector<core::TensorInfo>(1),
                      std::move(runners), probe);
  Clients clients(scheduler, requests, timeout);
  for (int i = 0; i < 16; ++i) clients.ask();
  all_asked.count_down();
  clients.wait();
  scheduler.finish();
  EXPECT_TRUE(timeout != Duration() || clients.failed == 0);
  return runs;
}

double mean(std::span<const std::int64_t> runs) {
  double rows = 0;
  for (const std::int64_t run : runs) rows += static_cast<double>(run);
  return rows / static_cast<double>(std::max<std::size_t>(runs.size(), 1));
}

Duration batches_pay(std::int64_t rows) { return 10ms + rows * 100us; }
Duration batches_do_not(std::int64_t rows) { return rows * 10ms; }

TEST(Learning, BatchesGrowWhereTheyPay) {
  const auto runs = runs_of([](auto rows, auto) { return batches_pay(rows); }, 4000);
  EXPECT_GT(mean(std::span(runs).last(runs.size() / 2)), 14);
}

TEST(Learning, BatchesGrowThoughNoDeadlineLeavesTimeToTryThem) {
  const auto runs = runs_of([](auto rows, auto) { return batches_pay(rows); }, 8000, 30ms);
  EXPECT_GT(mean(std::span(runs).last(runs.size() / 4)), 14);
}

TEST(Learning, RequestsRunAloneWhereBatchesDoNotPay) {
  const auto runs = runs_of([](auto rows, auto) { return batches_do_not(rows); }, 4000);
  const auto late = std::span(runs).last(runs.size() / 2);
  EXPECT_GE(std::ranges::count(late, 1), static_cast<std::ptrdiff_t>(late.size() * 30 / 32));
}

TEST(Learning, AChangeIsNoticed) {
  constexpr std::size_t change = 1000;
  const auto to_pays =
      runs_of([](auto rows, auto runs) { return runs < change ? batches_do_not(rows) : batches_pay(rows); }, 20'000);
  ASSERT_GT(to_pays.size(), change + 400);
  EXPECT_LT(mean(std::span(to_pays).subspan(change - 300, 300)), 2);
  EXPECT_GT(mean(std::span(to_pays).last(200)), 14);
  const auto to_pays_not =
      runs_of([](auto rows, auto runs) { return runs < change ? batches_pay(rows) : batches_do_not(rows); }, 20'000);
  ASSERT_GT(to_pays_not.size(), change + 600);
  EXPECT_GT(mean(std::span(to_pays_not).subspan(change - 300, 300)), 14);
  EXPECT_LT(mean(std::span(to_pays_not).last(300)), 2);
}

}  // namespace
}  // namespace slipway::scheduler
