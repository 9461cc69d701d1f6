#include "scheduler/request_queue.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "metrics/registry.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using testing::make_job;
using Pushed = RequestQueue::Pushed;

struct RequestQueueTest : ::testing::Test {
  metrics::Registry registry;
  Probe probe{registry, "m", "1"};
  BatchCost cost;

  static Pushed push(RequestQueue& queue, Job job) {
    job.queued = core::now();
    JobList one;
    one.push_back(std::move(job));
    const Pushed pushed = queue.push(one);
    EXPECT_EQ(one.empty(), pushed == Pushed::accepted);
    return pushed;
  }
};

TEST_F(RequestQueueTest, HoldsNoMoreThanItsLimit) {
  RequestQueue queue(2, {}, cost, probe);
  EXPECT_EQ(push(queue, make_job()), Pushed::accepted);
  EXPECT_EQ(push(queue, make_job()), Pushed::accepted);
  EXPECT_EQ(push(queue, make_job()), Pushed::full);
  EXPECT_EQ(queue.waiting(), 2U);
  RequestQueue::Taken taken;
  ASSERT_TRUE(queue.take(taken));
  EXPECT_EQ(push(queue, make_job()), Pushed::accepted);
}

TEST_F(RequestQueueTest, HandsOverWhatQueuedAsOneBatch) {
  RequestQueue queue(8, {.max_rows = 2}, cost, probe);
  for (const float value : {1.F, 2.F, 3.F}) push(queue, make_job(1, 2, value));
  RequestQueue::Taken taken;
  ASSERT_TRUE(queue.take(taken));
  ASSERT_EQ(taken.batch.size(), 2U);
  EXPECT_EQ(taken.batch.front().request.id, "1");
  EXPECT_EQ(taken.batch.back().request.id, "2");
  EXPECT_EQ(queue.waiting(), 1U);
}

TEST_F(RequestQueueTest, HandsOverTheCancelledToBeAnswered) {
  RequestQueue queue(8, {}, cost, probe);
  Job gone = make_job();
  gone.request.cancelled = std::make_shared<std::atomic<bool>>(true);
  push(queue, std::move(gone));
  RequestQueue::Taken taken;
  ASSERT_TRUE(queue.take(taken));
  EXPECT_TRUE(taken.batch.empty());
  EXPECT_EQ(taken.dropped.size(), 1U);
}

std::atomic<core::TimePoint> hand = core::now() + std::chrono::hours(1);  // after whatever push() queues
core::TimePoint by_hand() { return hand; }

Job due_in(std::chrono::milliseconds time, float value) {
  Job job = make_job(1, 2, value);
  job.request.deadline = by_hand() + time;
  return job;
}

TEST_F(RequestQueueTest, HandsOverTheLateToBeAnsweredWithoutAnInstance) {
  using std::chrono::milliseconds;
  const QueueRules rules({.levels = 2, .default_level = 1, .default_policy = {}, .policies = {}});
  for (const QueueRules* order : {static_cast<const QueueRules*>(nullptr), &rules}) {
    RequestQueue queue(8, {.max_rows = 8}, cost, probe, by_hand, order);
    std::stop_source end;
    push(queue, due_in(milliseconds(100), 1));
    push(queue, make_job(1, 2, 2));
    push(queue, due_in(milliseconds(50), 3));
    push(queue, due_in(milliseconds(60), 4));
    JobList late;
    for (const auto& [passed, id] : {std::pair(50, "3"), std::pair(10, "4"), std::pair(40, "1")}) {
      hand = by_hand() + milliseconds(passed);
      ASSERT_TRUE(queue.take_late(late, end.get_token()));
      ASSERT_EQ(late.size(), 1U);
      EXPECT_EQ(late.front().request.id, id);
      late.clear();
    }
    RequestQueue::Taken taken;
    ASSERT_TRUE(queue.take(taken));
    EXPECT_EQ(taken.batch.front().request.id, "2");
    EXPECT_TRUE(queue.is_calm());
    end.request_stop();
    EXPECT_FALSE(queue.take_late(late, end.get_token()));
  }
}

TEST_F(RequestQueueTest, WhoseClientHasGoneTakesNoPlaceForLong) {
  RequestQueue queue(1, {}, cost, probe, by_hand);
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  Job job = make_job();
  job.request.cancelled = gone;
  push(queue, std::move(job));
  *gone = true;
  EXPECT_EQ(push(queue, make_job()), Pushed::full);
  hand = by_hand() + std::chrono::milliseconds(250);
  JobList late;
  ASSERT_TRUE(queue.take_late(late, std::stop_token()));
  EXPECT_EQ(late.size(), 1U);
  EXPECT_EQ(push(queue, make_job()), Pushed::accepted);
}

TEST_F(RequestQueueTest, JoinsNothingWhereItWasToldSo) {
  RequestQueue queue(8, {.max_rows = 8, .max_delay = std::chrono::hours(1)}, cost, probe);
  for (int i = 0; i < 2; ++i) push(queue, make_job());
  queue.stop_joining();
  RequestQueue::Taken taken;
  ASSERT_TRUE(queue.take(taken));
  EXPECT_EQ(taken.batch.size(), 1U);
}

TEST_F(RequestQueueTest, AfterClosingGivesWhatItHasAndThenEnds) {
  RequestQueue queue(8, {.max_rows = 8, .max_delay = std::chrono::hours(1)}, cost, probe);
  push(queue, make_job());
  queue.close();
  EXPECT_EQ(push(queue, make_job()), Pushed::closed);
  RequestQueue::Taken taken;
  EXPECT_TRUE(queue.take(taken));  // without the hour of delay
  EXPECT_EQ(taken.batch.size(), 1U);
  EXPECT_FALSE(queue.take(taken));
}

TEST_F(RequestQueueTest, ABatchGrowsWhileItsInstanceIsWaitedFor) {
  RequestQueue queue(8, {.max_rows = 3}, cost, probe);
  push(queue, make_job(1, 2, 1));
  RequestQueue::Taken taken;
  ASSERT_TRUE(queue.take(taken));
  const auto gone = std::make_shared<std::atomic<bool>>(true);
  taken.batch.front().request.cancelled = gone;
  for (const float value : {2.F, 3.F}) push(queue, make_job(1, 2, value));
  queue.take_again(taken);
  EXPECT_EQ(taken.batch.size(), 2U);
  EXPECT_EQ(taken.batch.front().request.id, "2");
  EXPECT_EQ(taken.dropped.size(), 1U);
  EXPECT_EQ(queue.waiting(), 0U);
}

TEST_F(RequestQueueTest, ABatchThatFillsEndsTheDelay) {
  RequestQueue queue(8, {.max_rows = 2, .max_delay = std::chrono::hours(1)}, cost, probe);
  RequestQueue::Taken taken;
  std::jthread instance([&] { EXPECT_TRUE(queue.take(taken)); });
  push(queue, make_job());
  push(queue, make_job());
  instance.join();
  EXPECT_EQ(taken.batch.size(), 2U);
}

/// Two levels; two of the second may wait.
const QueueRules two_levels({.levels = 2,
                             .default_level = 2,
                             .default_policy = {},
                             .policies = {{2, config::QueuePolicy{.max_queue_size = 2}}}});

Job of_priority(std::uint32_t priority, float value) {
  Job job = make_job(1, 2, value);
  job.priority = priority;
  return job;
}

TEST_F(RequestQueueTest, WithRulesTheFirstLevelLeadsAndALevelMayBeFull) {
  RequestQueue queue(3, {.max_rows = 2}, cost, probe, core::now, &two_levels);
  EXPECT_EQ(push(queue, of_priority(2, 1)), Pushed::accepted);
  EXPECT_EQ(push(queue, of_priority(2, 2)), Pushed::accepted);
  EXPECT_EQ(push(queue, of_priority(2, 3)), Pushed::level_full);
  EXPECT_EQ(push(queue, of_priority(1, 4)), Pushed::accepted);
  EXPECT_EQ(push(queue, of_priority(1, 5)), Pushed::full);
  RequestQueue::Taken taken;
  ASSERT_TRUE(queue.take(taken));
  EXPECT_EQ(taken.batch.front().request.id, "4");
  EXPECT_EQ(taken.batch.back().request.id, "1");
  EXPECT_EQ(push(queue, of_priority(2, 6)), Pushed::accepted);
}

TEST_F(RequestQueueTest, ABatchThatIsWaitedForLetsAHigherPriorityBefore) {
  RequestQueue queue(8, {.max_rows = 2}, cost, probe, core::now, &two_levels);
  push(queue, of_priority(2, 1));
  push(queue, of_priority(2, 2));
  RequestQueue::Taken taken;
  ASSERT_TRUE(queue.take(taken));
  push(queue, of_priority(1, 3));
  queue.take_again(taken);
  EXPECT_EQ(taken.batch.front().request.id, "3");
  EXPECT_EQ(taken.batch.back().request.id, "1");
  taken.batch.clear();
  ASSERT_TRUE(queue.take(taken));
  EXPECT_EQ(taken.batch.front().request.id, "2");
}

TEST_F(RequestQueueTest, IsNeverTooFullForWhatHasWaitedInItsSequence) {
  const QueueRules rules(
      {.levels = 1, .default_level = 1, .default_policy = config::QueuePolicy{.max_queue_size = 1}, .policies = {}});
  for (const QueueRules* order : {static_cast<const QueueRules*>(nullptr), &rules}) {
    RequestQueue queue(1, {}, cost, probe, by_hand, order);
    push(queue, of_priority(1, 1));
    EXPECT_EQ(push(queue, of_priority(1, 2)), Pushed::full);
    Job job = of_priority(1, 3);
    job.has_waited = true;
    EXPECT_EQ(push(queue, std::move(job)), Pushed::accepted);
  }
}

TEST_F(RequestQueueTest, TellsHowManyOfEachPriorityWait) {
  RequestQueue queue(8, {.max_rows = 2}, cost, probe, core::now, &two_levels);
  const auto depths = [this] {
    std::vector<std::string> found;
    for (const char* level : {"1", "2"}) {
      const std::string name =
          fmt::format(R"(slipway_priority_queue_depth{{model="m",priority="{}",version="1"}} )", level);
      const std::string text = registry.text();
      const auto at = text.find(name);
      found.push_back(at == std::string::npos ? "none" : text.substr(at + name.size(), 1));
    }
    return found;
  };
  push(queue, of_priority(2, 1));
  push(queue, of_priority(2, 2));
  EXPECT_EQ(depths(), (std::vector<std::string>{"none", "2"}));
  RequestQueue::Taken taken;
  ASSERT_TRUE(queue.take(taken));
  EXPECT_EQ(depths(), (std::vector<std::string>{"none", "0"}));
  push(queue, of_priority(1, 3));
  EXPECT_EQ(depths(), (std::vector<std::string>{"1", "0"}));
  queue.take_again(taken);  // 3 and 1, so that 2 waits again
  EXPECT_EQ(depths(), (std::vector<std::string>{"0", "1"}));
  taken.batch.clear();
  ASSERT_TRUE(queue.take(taken));
  Job late = of_priority(2, 4);
  late.request.deadline = core::now() - std::chrono::milliseconds(1);
  push(queue, std::move(late));
  EXPECT_EQ(depths(), (std::vector<std::string>{"0", "1"}));
  taken.batch.clear();
  ASSERT_TRUE(queue.take(taken));
  EXPECT_EQ(depths(), (std::vector<std::string>{"0", "0"}));
  Job later = of_priority(1, 5);
  later.request.deadline = core::now() - std::chrono::milliseconds(1);
  push(queue, std::move(later));
  EXPECT_EQ(depths(), (std::vector<std::string>{"1", "0"}));
  JobList dropped;
  ASSERT_TRUE(queue.take_late(dropped, std::stop_token()));
  EXPECT_EQ(depths(), (std::vector<std::string>{"0", "0"}));
}

TEST_F(RequestQueueTest, LosesNothingBetweenManyThreads) {
  constexpr int producers = 3;
  constexpr int each = 2000;
  RequestQueue queue(producers * each, {.max_rows = 4}, cost, probe);
  std::atomic<int> taken_in_all{0};
  {
    std::vector<std::jthread> instances;
    for (int i = 0; i < 2; ++i) {
      instances.emplace_back([&] {
        RequestQueue::Taken taken;
        while (queue.take(taken)) {
          EXPECT_LE(taken.batch.size(), 4U);
          taken_in_all += static_cast<int>(taken.batch.size());
          taken.batch.clear();
        }
      });
    }
    {
      std::vector<std::jthread> fronts;
      for (int i = 0; i < producers; ++i) {
        fronts.emplace_back([&] {
          for (int n = 0; n < each; ++n) EXPECT_EQ(push(queue, make_job()), Pushed::accepted);
        });
      }
    }
    queue.close();
  }
  EXPECT_EQ(taken_in_all, producers * each);
}

}  // namespace
}  // namespace slipway::scheduler
