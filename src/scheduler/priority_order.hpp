#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/clock.hpp"
#include "scheduler/job.hpp"
#include "scheduler/queue_rules.hpp"

namespace slipway::scheduler {

/// Keeps the jobs of a queue in the order of their priorities: the first level before the others, in each level those
/// that are late behind those that are not, and these in the order they came. So whoever takes from the front takes by
/// priority. Adding and removing takes a time that does not grow with the jobs that wait. Owned by the queue, which
/// owns the list as well and asks under its lock; one list for one PriorityOrder, and no other hand in it.
///
///   if (!order.is_full(job.priority)) order.add(jobs, one);
///   order.review(jobs, now);                // before each look for a batch
///   order.remove(it);                       // before it is spliced out
class PriorityOrder {
 public:
  explicit PriorityOrder(const QueueRules& rules)
      : rules_(rules), sections_(2 * (std::size_t{rules.last_level()} + 1)) {}

  std::size_t waiting(std::uint32_t level) const;
  /// Whether as many of a level wait as may.
  bool is_full(std::uint32_t level) const;
  /// Moves the one job of `one` behind those it does not go before.
  void add(JobList& jobs, JobList& one) { insert(jobs, one, one.begin(), Side::behind); }
  /// The same, but before all of its kind: it was taken before them.
  void put_back(JobList& jobs, JobList& one) { insert(jobs, one, one.begin(), Side::before); }
  /// A job is about to be moved out of the list.
  void remove(JobList::const_iterator job);
  /// Puts those that became late behind the others of their level. Costs nothing before the next becomes late.
  void review(JobList& jobs, core::TimePoint now);

 private:
  enum class Side { before, behind };
  /// Those of a level that are on time, or those that are late: next to each other in the list.
  struct Section {
    std::size_t count = 0;
    JobList::const_iterator last{};  ///< where there are any
  };
  static std::size_t section_of(const Job& job) { return std::size_t{job.priority} * 2 + (job.is_late ? 1 : 0); }
  JobList::const_iterator place_for(const JobList& jobs, std::size_t section, Side side) const;
  void insert(JobList& jobs, JobList& from, JobList::const_iterator job, Side side);
  void schedule_review(const Job& job);

  const QueueRules& rules_;
  std::vector<Section> sections_;                    ///< in the order of the list: each level's two
  core::TimePoint next_review_ = core::no_deadline;  ///< not before any of those that wait becomes late
};

}  // namespace slipway::scheduler
