#include "scheduler/priority_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::make_job;

const core::TimePoint line_start = core::TimePoint() + std::chrono::hours(1);

/// A queue of three levels and nothing around it. Jobs are told apart by their ids.
struct Line {
  QueueRules rules{{.levels = 3,
                    .default_level = 2,
                    .default_policy = config::QueuePolicy{.max_queue_size = 100},
                    .policies = {{1, {.max_queue_size = 2}}}}};
  PriorityOrder order{rules};
  JobList jobs{};

  static JobList one(std::uint32_t priority, std::string id, core::TimePoint late_at = core::no_deadline) {
    JobList made;
    Job& job = made.emplace_back(make_job());
    job.priority = priority;
    job.request.id = std::move(id);
    job.late_at = late_at;
    return made;
  }
  Job& add(std::uint32_t priority, std::string id, core::TimePoint late_at = core::no_deadline) {
    JobList job = one(priority, std::move(id), late_at);
    Job& added = job.front();
    order.add(jobs, job);
    return added;
  }
  void take(const std::string& id) {
    const auto job = std::ranges::find(jobs, id, [](const Job& at) { return at.request.id; });
    order.remove(job);
    jobs.erase(job);
  }
  void review(core::TimePoint now) { order.review(jobs, now); }
  static std::vector<std::string> ids(const JobList& list) {
    std::vector<std::string> found;
    for (const Job& job : list) found.push_back(job.request.id);
    return found;
  }
};

TEST(PriorityOrder, TheFirstLevelGoesBeforeAndWithinALevelWhoCameFirst) {
  Line line;
  line.add(2, "a");
  line.add(3, "b");
  line.add(1, "c");
  line.add(2, "d");
  line.add(1, "e");
  line.add(3, "f");
  EXPECT_THAT(Line::ids(line.jobs), ElementsAre("c", "e", "a", "d", "b", "f"));
}

TEST(PriorityOrder, KnowsTheEndsOfItsLevelsWhateverIsTaken) {
  Line line;
  for (const char* id : {"a", "b", "c"}) line.add(2, id);
  for (const char* id : {"c", "b"}) line.take(id);
  line.add(3, "d");
  line.add(2, "e");
  EXPECT_THAT(Line::ids(line.jobs), ElementsAre("a", "e", "d"));
  for (const char* id : {"a", "e"}) line.take(id);
  line.add(2, "f");
  line.add(1, "g");
  EXPECT_THAT(Line::ids(line.jobs), ElementsAre("g", "f", "d"));
}

TEST(PriorityOrder, WhatIsPutBackGoesBeforeThoseOfItsLevelOnly) {
  Line line;
  line.add(1, "a");
  line.add(2, "b");
  JobList back = Line::one(2, "c");
  line.order.put_back(line.jobs, back);
  back = Line::one(3, "d");
  line.order.put_back(line.jobs, back);
  line.add(2, "e");
  EXPECT_THAT(Line::ids(line.jobs), ElementsAre("a", "c", "b", "e", "d"));
}

TEST(PriorityOrder, WhoIsLateGoesBehindTheOthersOfItsLevelAndStaysThere) {
  Line line;
  line.add(2, "a", line_start + milliseconds(10));
  line.add(2, "b", line_start + milliseconds(30));
  line.add(3, "c");
  line.review(line_start + milliseconds(9));
  EXPECT_THAT(Line::ids(line.jobs), ElementsAre("a", "b", "c"));
  line.review(line_start + milliseconds(10));
  EXPECT_THAT(Line::ids(line.jobs), ElementsAre("b", "a", "c"));
  line.add(2, "d");
  EXPECT_THAT(Line::ids(line.jobs), ElementsAre("b", "d", "a", "c"));
  line.review(line_start + milliseconds(30));
  EXPECT_THAT(Line::ids(line.jobs), ElementsAre("d", "a", "b", "c"));
}

TEST(PriorityOrder, ALevelIsFullByItselfAndCountsTheLate) {
  Line line;
  line.add(1, "a", line_start);
  EXPECT_FALSE(line.order.is_full(1));
  line.review(line_start);
  line.add(1, "b");
  EXPECT_TRUE(line.order.is_full(1));
  EXPECT_FALSE(line.order.is_full(2));
  line.take("a");
  EXPECT_FALSE(line.order.is_full(1));
}

/// What the order must be is simply sorted, whatever happened.
TEST(PriorityOrder, StaysSortedThroughAnything) {
  Line line;
  std::mt19937 random(7);
  for (int step = 0; step < 5000; ++step) {
    const core::TimePoint now = line_start + milliseconds(step);
    const bool can_be_late = random() % 3 == 0;
    line.add(static_cast<std::uint32_t>(1 + random() % 3), std::to_string(step),
             can_be_late ? now + milliseconds(random() % 50) : core::no_deadline);
    for (auto taken = random() % 3; taken != 0 && !line.jobs.empty(); --taken) {
      const auto job = std::next(line.jobs.begin(), static_cast<std::ptrdiff_t>(random() % line.jobs.size()));
      JobList back;
      line.order.remove(job);
      back.splice(back.end(), line.jobs, job);
      if (random() % 4 == 0) line.order.put_back(line.jobs, back);
    }
    line.review(now);
    ASSERT_TRUE(
        std::ranges::is_sorted(line.jobs, {}, [](const Job& job) { return std::pair(job.priority, job.is_late); }))
        << "step " << step;
    ASSERT_TRUE(std::ranges::all_of(line.jobs, [&](const Job& job) { return job.is_late == (job.late_at <= now); }));
  }
}

}  // namespace
}  // namespace slipway::scheduler
