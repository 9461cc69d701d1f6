#include "scheduler/request_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace slipway::scheduler {

RequestQueue::RequestQueue(std::size_t limit, BatchLimits limits, BatchCost& cost, Probe& probe, core::Clock clock,
                           const QueueRules* rules)
    : limit_(limit), limits_(std::move(limits)), cost_(cost), probe_(probe), clock_(clock), lookout_(clock) {
  if (rules != nullptr) order_.emplace(*rules);
}

RequestQueue::Pushed RequestQueue::push(JobList& job) {
  bool wake = false;
  bool nearer = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Pushed::closed;
    if (jobs_.size() >= limit_ && !job.front().has_waited) return Pushed::full;
    const core::TimePoint deadline = job.front().request.deadline;
    if (!order_) {
      jobs_.splice(jobs_.end(), job);
    } else if (order_->is_full(job.front().priority) && !job.front().has_waited) {
      return Pushed::level_full;
    } else {
      const std::uint32_t level = job.front().priority;
      order_->add(jobs_, job);
      tell_level(level, +1);
    }
    tell_depth();
    wake = idle_ != 0;
    nearer = lookout_.watch(deadline);
  }
  if (wake) changed_.notify_one();
  if (nearer) lookout_.wake();
  return Pushed::accepted;
}

bool RequestQueue::take(Taken& taken) {
  bool wake = false;
  {
    std::unique_lock lock(mutex_);
    while (true) {
      plan(taken, closed_);
      if (!taken.plan.take.empty() || !taken.plan.drop.empty()) break;
      if (closed_) return false;
      ++idle_;
      if (taken.plan.wake == core::no_deadline) {
        changed_.wait(lock);
      } else {
        changed_.wait_until(lock, taken.plan.wake);
      }
      --idle_;
    }
    wake = move_planned(taken);
  }
  if (wake) changed_.notify_one();
  return true;
}

void RequestQueue::take_again(Taken& taken) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    put_back(taken.batch);
    plan(taken, true);
    wake = move_planned(taken);
  }
  if (wake) changed_.notify_one();
  lookout_.wake();
}

void RequestQueue::tell_level(std::uint32_t level, std::ptrdiff_t change) {
  if (level != 0) probe_.queued_of_priority(level, change);
}

void RequestQueue::plan(Taken& taken, bool hurry) {
  const core::TimePoint now = clock_();
  if (order_) order_->review(jobs_, now);
  plan_batch(jobs_, limits_, cost_, {.now = now, .idle = idle_, .hurry = hurry}, taken.plan);
}

void RequestQueue::put_back(JobList& batch) {
  for (const Job& job : batch) lookout_.watch(job.request.deadline);
  if (!order_) return jobs_.splice(jobs_.begin(), batch);
  JobList one;
  while (!batch.empty()) {
    one.splice(one.end(), batch, std::prev(batch.end()));
    const std::uint32_t level = one.front().priority;
    order_->put_back(jobs_, one);
    tell_level(level, +1);
  }
}

void RequestQueue::move_out(JobList& to, JobList::const_iterator job) {
  if (order_) {
    order_->remove(job);
    tell_level(job->priority, -1);
  }
  to.splice(to.end(), jobs_, job);
}

bool RequestQueue::move_planned(Taken& taken) {
  for (const auto job : taken.plan.take) move_out(taken.batch, job);
  for (const auto job : taken.plan.drop) move_out(taken.dropped, job);
  tell_depth();
  // The notice of a job left behind may have woken this thread while another sleeps.
  return !jobs_.empty() && idle_ != 0;
}

bool RequestQueue::take_late(JobList& late, const std::stop_token& end) {
  std::unique_lock lock(mutex_);
  while (const auto now = lookout_.wait(lock, end)) {
    move_late(late, *now);
    if (!late.empty()) return true;
  }
  return false;
}

void RequestQueue::move_late(JobList& late, core::TimePoint now) {
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    const auto next = std::next(job);
    if (is_dropped(*job, now)) {
      move_out(late, job);
    } else {
      lookout_.watch(job->request.deadline);
    }
    job = next;
  }
  tell_depth();
}

void RequestQueue::tell_depth() {
  calm_.store(jobs_.empty() && !closed_, std::memory_order_relaxed);
  probe_.queued(std::ssize(jobs_) - std::exchange(told_, std::ssize(jobs_)));
}

void RequestQueue::stop_joining() {
  const std::lock_guard lock(mutex_);
  limits_.max_rows = 1;
}

void RequestQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    calm_.store(false, std::memory_order_relaxed);
  }
  changed_.notify_all();
}

std::size_t RequestQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

}  // namespace slipway::scheduler
