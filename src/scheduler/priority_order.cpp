#include "scheduler/priority_order.hpp"

#include <algorithm>
#include <iterator>

namespace slipway::scheduler {

std::size_t PriorityOrder::waiting(std::uint32_t level) const {
  const std::size_t first = std::size_t{level} * 2;
  return sections_[first].count + sections_[first + 1].count;
}

bool PriorityOrder::is_full(std::uint32_t level) const {
  const std::size_t most = rules_.most_waiting(level);
  return most != 0 && waiting(level) >= most;
}

JobList::const_iterator PriorityOrder::place_for(const JobList& jobs, std::size_t section, Side side) const {
  for (std::size_t i = side == Side::behind ? section + 1 : section; i > 0; --i) {
    if (sections_[i - 1].count != 0) return std::next(sections_[i - 1].last);
  }
  return jobs.begin();
}

void PriorityOrder::insert(JobList& jobs, JobList& from, JobList::const_iterator job, Side side) {
  const std::size_t number = section_of(*job);
  jobs.splice(place_for(jobs, number, side), from, job);
  Section& section = sections_[number];
  if (side == Side::behind || section.count == 0) section.last = job;
  ++section.count;
  schedule_review(*job);
}

void PriorityOrder::schedule_review(const Job& job) {
  if (!job.is_late) next_review_ = std::min(next_review_, job.late_at);
}

void PriorityOrder::remove(JobList::const_iterator job) {
  Section& section = sections_[section_of(*job)];
  if (--section.count != 0 && section.last == job) section.last = std::prev(job);
}

void PriorityOrder::review(JobList& jobs, core::TimePoint now) {
  if (now < next_review_) return;
  next_review_ = core::no_deadline;
  for (auto job = jobs.begin(); job != jobs.end();) {
    const auto next = std::next(job);
    if (!job->is_late && job->late_at <= now) {
      remove(job);
      job->is_late = true;
      insert(jobs, jobs, job, Side::behind);
    } else {
      schedule_review(*job);
    }
    job = next;
  }
}

}  // namespace slipway::scheduler
