#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "config/queue_spec.hpp"
#include "scheduler/job.hpp"

namespace slipway::scheduler {

/// How the requests of one model version wait by their priority: each one's level, until when, and how many of a level
/// may (the schedule policy extension of Triton). Owned by the queue that goes by it. Immutable; safe from any thread.
///
///   const QueueRules rules({.levels = 3, .default_level = 2});
///   rules.apply(job);                       // job.priority is 1, 2 or 3 now
class QueueRules {
 public:
  explicit QueueRules(config::PrioritySpec spec) : spec_(std::move(spec)) {}

  /// The last level; 0, the only one, where there are no priorities.
  std::uint32_t last_level() const { return spec_.levels; }

  /// Gives a job its level, the default one where it asks for none or for one that there is not, as Triton does. Gives
  /// it a deadline too, or the time from which it is late, as the policy of its level says; its own timeout holds where
  /// that policy lets it, or where there is none.
  void apply(Job& job) const;

  /// How many jobs of a level may wait; 0: no bound of its own.
  std::size_t most_waiting(std::uint32_t level) const;

 private:
  const config::QueuePolicy* policy_of(std::uint32_t level) const;

  config::PrioritySpec spec_;
};

}  // namespace slipway::scheduler
