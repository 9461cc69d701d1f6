#include "scheduler/queue_rules.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using std::chrono::microseconds;
using testing::make_job;

const core::TimePoint rules_start = core::TimePoint() + std::chrono::hours(1);

/// A job of that priority and timeout of its own, as the rules leave it.
Job applied(const config::PrioritySpec& spec, std::uint32_t priority, microseconds timeout = microseconds(0)) {
  Job job = make_job();
  job.request.received = rules_start;
  job.priority = priority;
  job.timeout = timeout;
  QueueRules(spec).apply(job);
  return job;
}

config::PrioritySpec three_levels(const config::QueuePolicy& policy) {
  return {.levels = 3, .default_level = 2, .default_policy = policy, .policies = {}};
}

TEST(QueueRules, AnyPriorityThatThereIsNotIsTheDefault) {
  const config::PrioritySpec spec = three_levels({});
  EXPECT_EQ(applied(spec, 0).priority, 2U);
  EXPECT_EQ(applied(spec, 1).priority, 1U);
  EXPECT_EQ(applied(spec, 3).priority, 3U);
  EXPECT_EQ(applied(spec, 4).priority, 2U);
  EXPECT_EQ(applied({}, 4).priority, 0U);
}

struct Timeouts {
  std::int64_t of_policy_us;
  bool may_override;
  std::int64_t own_us;
  std::int64_t holds_us;  ///< 0: none
};

TEST(QueueRules, ARequestsOwnTimeoutHoldsWhereThePolicyLetsItAndItIsShorter) {
  const std::vector<Timeouts> table{
      {.of_policy_us = 100, .may_override = false, .own_us = 0, .holds_us = 100},
      {.of_policy_us = 100, .may_override = false, .own_us = 50, .holds_us = 100},
      {.of_policy_us = 100, .may_override = true, .own_us = 50, .holds_us = 50},
      {.of_policy_us = 100, .may_override = true, .own_us = 200, .holds_us = 100},
      {.of_policy_us = 100, .may_override = true, .own_us = 0, .holds_us = 100},
      {.of_policy_us = 0, .may_override = true, .own_us = 50, .holds_us = 50},
      {.of_policy_us = 0, .may_override = false, .own_us = 50, .holds_us = 0},
  };
  for (const Timeouts& row : table) {
    for (const bool delay : {false, true}) {
      const config::QueuePolicy policy{.delay_on_timeout = delay,
                                       .default_timeout = microseconds(row.of_policy_us),
                                       .allow_timeout_override = row.may_override};
      const Job job = applied(three_levels(policy), 1, microseconds(row.own_us));
      const core::TimePoint end = row.holds_us == 0 ? core::no_deadline : rules_start + microseconds(row.holds_us);
      EXPECT_EQ(job.request.deadline, delay ? core::no_deadline : end) << row.of_policy_us << ' ' << row.own_us;
      EXPECT_EQ(job.late_at, delay ? end : core::no_deadline) << row.of_policy_us << ' ' << row.own_us;
    }
  }
}

TEST(QueueRules, WithoutAPolicyARequestsOwnTimeoutHolds) {
  EXPECT_EQ(applied({.levels = 2, .default_level = 1, .default_policy = {}, .policies = {}}, 0, microseconds(50))
                .request.deadline,
            rules_start + microseconds(50));
}

TEST(QueueRules, ADeadlineThatIsThereIsNeverProlonged) {
  for (const bool delay : {false, true}) {
    Job job = make_job();
    job.request.received = rules_start;
    job.request.deadline = rules_start + microseconds(10);
    QueueRules(three_levels({.delay_on_timeout = delay, .default_timeout = microseconds(100)})).apply(job);
    EXPECT_EQ(job.request.deadline, rules_start + microseconds(10));
  }
}

TEST(QueueRules, ALevelsOwnPolicyWinsOverTheDefault) {
  config::PrioritySpec spec = three_levels({.max_queue_size = 5});
  spec.policies[1] = {.default_timeout = microseconds(7), .max_queue_size = 2};
  const QueueRules rules(spec);
  EXPECT_EQ(rules.most_waiting(1), 2U);
  EXPECT_EQ(rules.most_waiting(2), 5U);
  EXPECT_EQ(applied(spec, 1).request.deadline, rules_start + microseconds(7));
  EXPECT_EQ(applied(spec, 2).request.deadline, core::no_deadline);
  EXPECT_EQ(QueueRules({}).most_waiting(0), 0U);
}

}  // namespace
}  // namespace slipway::scheduler
