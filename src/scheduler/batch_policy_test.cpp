#include "scheduler/batch_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>

#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_job;

const core::TimePoint start = core::TimePoint() + std::chrono::hours(1);

/// Jobs that wait, and a clock that only the test moves.
struct Table {
  JobList waiting{};
  core::TimePoint now = start;
  BatchLimits limits{.max_rows = 8};
  bool hurry = false;
  std::size_t idle = 0;
  BatchCost cost{};
  Plan plan{};

  Job& add(std::int64_t rows, std::int64_t columns = 2) {
    Job& job = waiting.emplace_back(make_job(rows, columns));
    job.queued = job.request.received = now;
    return job;
  }
  void run() { plan_batch(waiting, limits, cost, {.now = now, .idle = idle, .hurry = hurry}, plan); }

  /// Places in the queue, from 0.
  std::vector<std::ptrdiff_t> places(const std::vector<JobList::const_iterator>& jobs) const {
    std::vector<std::ptrdiff_t> found;
    for (const auto job : jobs) found.push_back(std::distance(waiting.begin(), job));
    return found;
  }
  std::vector<std::ptrdiff_t> taken() {
    run();
    return places(plan.take);
  }
};

TEST(PlanBatch, NothingWaitsForEver) {
  Table table;
  EXPECT_THAT(table.taken(), IsEmpty());
  EXPECT_EQ(table.plan.wake, core::no_deadline);
}

struct Rows {
  std::int64_t max_rows;
  std::vector<std::int64_t> waiting;
  std::vector<std::ptrdiff_t> taken;
};

TEST(PlanBatch, FillsUpToTheLargestBatch) {
  const std::vector<Rows> table{
      {.max_rows = 8, .waiting = {1}, .taken = {0}},
      {.max_rows = 8, .waiting = {1, 2, 3}, .taken = {0, 1, 2}},
      {.max_rows = 4, .waiting = {1, 1, 1, 1, 1}, .taken = {0, 1, 2, 3}},
      {.max_rows = 4, .waiting = {3, 2, 1}, .taken = {0, 2}},  // what does not fit keeps its place
      {.max_rows = 4, .waiting = {4, 1}, .taken = {0}},
      {.max_rows = 4, .waiting = {9, 1}, .taken = {0}},  // larger than any batch: alone
      {.max_rows = 4, .waiting = {1, 9, 1}, .taken = {0, 2}},
      {.max_rows = 1, .waiting = {1, 1}, .taken = {0}},  // never batches
      {.max_rows = 1, .waiting = {0, 1}, .taken = {0}},  // not even with an empty one
      {.max_rows = 4, .waiting = {0, 4, 1}, .taken = {0, 1}},
  };
  for (const Rows& row : table) {
    Table jobs{.limits = {.max_rows = row.max_rows}};
    for (const std::int64_t rows : row.waiting) jobs.add(rows);
    EXPECT_EQ(jobs.taken(), row.taken) << "max_rows " << row.max_rows << ", " << row.waiting.size() << " waiting";
  }
}

TEST(PlanBatch, TakesOnlyEqualShapesBeyondTheFirstDimension) {
  Table table;
  table.add(1, 2);
  table.add(1, 3);
  table.add(2, 2);
  EXPECT_THAT(table.taken(), ElementsAre(0, 2));
}

TEST(PlanBatch, TakesOnlyEqualWantedOutputs) {
  Table table;
  table.add(1).outputs = {0};
  table.add(1).outputs = {0, 1};
  table.add(1).outputs = {0};
  EXPECT_THAT(table.taken(), ElementsAre(0, 2));
}

TEST(PlanBatch, TakesOnlyEqualTypesAndNeverScalars) {
  Table table;
  table.add(1);
  table.add(1).request.inputs.front().dtype = core::DataType::int32;
  EXPECT_THAT(table.taken(), ElementsAre(0));
  for (Job& job : table.waiting) {
    job.request.inputs.front().dtype = core::DataType::fp32;
    job.request.inputs.front().shape.clear();
  }
  EXPECT_THAT(table.taken(), ElementsAre(0));
}

TEST(PlanBatch, DropsExpiredAndCancelled) {
  Table table;
  table.add(1).request.deadline = start;  // a deadline is over at its very moment
  table.add(1);
  table.add(1).request.cancelled = std::make_shared<std::atomic<bool>>(true);
  table.add(1).request.cancelled = std::make_shared<std::atomic<bool>>(false);
  EXPECT_THAT(table.taken(), ElementsAre(1, 3));
  EXPECT_THAT(table.places(table.plan.drop), ElementsAre(0, 2));
}

TEST(PlanBatch, DropsWithoutTaking) {
  Table table;
  table.add(1).request.deadline = start - milliseconds(1);
  EXPECT_THAT(table.taken(), IsEmpty());
  EXPECT_THAT(table.places(table.plan.drop), ElementsAre(0));
}

TEST(PlanBatch, TheFirstWaitsAtMostTheDelay) {
  Table table{.limits = {.max_rows = 8, .max_delay = milliseconds(5)}};
  table.add(1);
  table.now += milliseconds(4);
  table.add(1);  // the later one prolongs nothing
  EXPECT_THAT(table.taken(), IsEmpty());
  EXPECT_EQ(table.plan.wake, start + milliseconds(5));
  table.now = start + milliseconds(5);
  EXPECT_THAT(table.taken(), ElementsAre(0, 1));
}

TEST(PlanBatch, AFullBatchDoesNotWait) {
  Table table{.limits = {.max_rows = 2, .max_delay = milliseconds(5)}};
  table.add(1);
  table.add(1);
  EXPECT_THAT(table.taken(), ElementsAre(0, 1));
}

struct Preferred {
  std::vector<std::int64_t> waiting;
  std::vector<std::ptrdiff_t> taken;  ///< nothing: they wait for more
};

TEST(PlanBatch, TheLargestPreferredSizeThatIsReachedDoesNotWait) {
  const std::vector<Preferred> table{
      {.waiting = {1, 1, 1}, .taken = {}},
      {.waiting = {1, 1, 1, 1}, .taken = {0, 1, 2, 3}},
      {.waiting = {1, 1, 1, 1, 1}, .taken = {0, 1, 2, 3}},
      {.waiting = {2, 2, 2}, .taken = {0, 1, 2}},  // 6 rather than 4
      {.waiting = {3, 2, 1}, .taken = {0, 1, 2}},  // 6
      {.waiting = {3, 2}, .taken = {}},            // 5 is none
      {.waiting = {1, 1, 1, 1, 3}, .taken = {0, 1, 2, 3}},
      {.waiting = {3, 4, 1}, .taken = {0, 1, 2}},  // full, whatever is preferred
      {.waiting = {2, 3, 1, 1}, .taken = {0, 1, 2}},
  };
  for (const Preferred& row : table) {
    Table jobs{.limits = {.max_rows = 8, .max_delay = milliseconds(5), .preferred_rows = {4, 6}}};
    for (const std::int64_t rows : row.waiting) jobs.add(rows);
    EXPECT_EQ(jobs.taken(), row.taken) << "case " << &row - table.data();
    EXPECT_EQ(jobs.plan.wake, row.taken.empty() ? start + milliseconds(5) : core::no_deadline);
  }
}

TEST(PlanBatch, APreferredSizeIsNeverMadeWithoutTheFirst) {
  Table table{.limits = {.max_rows = 8, .max_delay = milliseconds(5), .preferred_rows = {2}}};
  for (const std::int64_t rows : {3, 2}) table.add(rows);
  EXPECT_THAT(table.taken(), IsEmpty());
}

TEST(PlanBatch, WhenTheDelayIsOverAllGoWhateverIsPreferred) {
  Table table{.limits = {.max_rows = 8, .max_delay = milliseconds(5), .preferred_rows = {2}}};
  for (int i = 0; i < 3; ++i) table.add(1);
  table.now += milliseconds(5);
  EXPECT_THAT(table.taken(), ElementsAre(0, 1, 2));
}

TEST(PlanBatch, WithoutADelayWhatIsWorthItDecidesAndNotWhatIsPreferred) {
  Table table{.limits = {.max_rows = 8, .preferred_rows = {2}}};
  for (int i = 0; i < 3; ++i) table.add(1);
  EXPECT_THAT(table.taken(), ElementsAre(0, 1, 2));
}

TEST(PlanBatch, TheOldestWaitsNoLongerForThatAnotherGoesBefore) {
  Table table{.limits = {.max_rows = 8, .max_delay = milliseconds(5)}};
  table.add(1).queued = start + milliseconds(4);  // of a higher priority
  table.add(1);
  EXPECT_THAT(table.taken(), IsEmpty());
  EXPECT_EQ(table.plan.wake, start + milliseconds(5));
}

TEST(PlanBatch, HurryDoesNotWait) {
  Table table{.limits = {.max_rows = 8, .max_delay = milliseconds(5)}, .hurry = true};
  table.add(1);
  EXPECT_THAT(table.taken(), ElementsAre(0));
}

TEST(PlanBatch, ADeadlineShortensTheDelayAndLeavesTimeToRun) {
  Table table{.limits = {.max_rows = 8, .max_delay = milliseconds(100)}};
  table.add(1);
  table.add(1).request.deadline = start + milliseconds(20);
  EXPECT_THAT(table.taken(), IsEmpty());
  EXPECT_EQ(table.plan.wake, start + milliseconds(10));
  table.now = table.plan.wake;
  EXPECT_THAT(table.taken(), ElementsAre(0, 1));
}

/// Eight that wait for an instance, where a row takes a millisecond and nothing is saved by joining.
struct Costly : Table {
  Costly() {
    for (const std::int64_t rows : {1, 2, 4, 8}) {
      for (int i = 0; i < 3; ++i) cost.ran(rows, milliseconds(rows));
    }
    for (int i = 0; i < 8; ++i) add(1);
  }
};

TEST(PlanBatch, JoinsNoMoreThanIsWorthIt) {
  Costly table;
  EXPECT_THAT(table.taken(), ElementsAre(0));
}

TEST(PlanBatch, WhereADelayAsksForBatchesTheyAreNotSpared) {
  Costly table;
  table.limits.max_delay = std::chrono::microseconds(1);
  table.now += milliseconds(1);
  EXPECT_EQ(table.taken().size(), 8U);
}

TEST(PlanBatch, NobodyJoinsWhoWouldMakeAnotherLate) {
  Costly table;
  table.limits.max_delay = std::chrono::microseconds(1);  // so that nothing else keeps it small
  table.hurry = true;
  table.waiting.front().request.deadline = start + milliseconds(3);
  EXPECT_THAT(table.taken(), ElementsAre(0, 1, 2));
  table.waiting.front().request.deadline = start + std::chrono::microseconds(500);  // late whatever is done
  EXPECT_EQ(table.taken().size(), 8U);
}

TEST(PlanBatch, WhoWouldBeLateInTheBatchIsLeftToAnIdleInstance) {
  Costly table;
  table.limits.max_delay = std::chrono::microseconds(1);
  table.hurry = true;
  std::next(table.waiting.begin(), 4)->request.deadline = start + milliseconds(3);
  EXPECT_EQ(table.taken().size(), 8U);
  table.idle = 1;
  EXPECT_THAT(table.taken(), ElementsAre(0, 1, 2, 3));
}

TEST(Refusal, SaysHowLongItWaitedAndTheLimit) {
  Table table;
  Job& job = table.add(1);
  job.request.deadline = start + milliseconds(20);
  EXPECT_FALSE(refusal(job, start + milliseconds(19)));
  const auto error = refusal(job, start + milliseconds(35));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), core::Code::deadline_exceeded);
  EXPECT_THAT(error->message(), HasSubstr("35.0 ms"));
  EXPECT_THAT(error->message(), HasSubstr("20.0 ms"));
}

}  // namespace
}  // namespace slipway::scheduler
