#include "scheduler/request_queue.hpp"

namespace slipway::scheduler {

RequestQueue::RequestQueue(std::size_t limit, BatchLimits limits, BatchCost& cost, Probe& probe, core::Clock clock)
    : limit_(limit), limits_(limits), cost_(cost), probe_(probe), clock_(clock) {}

RequestQueue::Pushed RequestQueue::push(JobList& job) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Pushed::closed;
    if (jobs_.size() >= limit_) return Pushed::full;
    jobs_.splice(jobs_.end(), job);
    calm_.store(false, std::memory_order_relaxed);
    probe_.queued(jobs_.size());  // under the lock, or the last one to write may not be the last one to change it
    wake = idle_ != 0;
  }
  if (wake) changed_.notify_one();
  return Pushed::accepted;
}

bool RequestQueue::take(Taken& taken) {
  bool wake = false;
  {
    std::unique_lock lock(mutex_);
    Plan& plan = taken.plan;
    while (true) {
      plan_batch(jobs_, limits_, cost_, {.now = clock_(), .idle = idle_, .hurry = closed_}, plan);
      if (!plan.take.empty() || !plan.drop.empty()) break;
      if (closed_) return false;
      ++idle_;
      if (plan.wake == core::no_deadline) {
        changed_.wait(lock);
      } else {
        changed_.wait_until(lock, plan.wake);
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
    jobs_.splice(jobs_.begin(), taken.batch);
    plan_batch(jobs_, limits_, cost_, {.now = clock_(), .idle = idle_, .hurry = true}, taken.plan);
    wake = move_planned(taken);
  }
  if (wake) changed_.notify_one();
}

bool RequestQueue::move_planned(Taken& taken) {
  for (const auto job : taken.plan.take) taken.batch.splice(taken.batch.end(), jobs_, job);
  for (const auto job : taken.plan.drop) taken.dropped.splice(taken.dropped.end(), jobs_, job);
  calm_.store(jobs_.empty() && !closed_, std::memory_order_relaxed);
  probe_.queued(jobs_.size());
  // The notice of a job left behind may have woken this thread while another sleeps.
  return !jobs_.empty() && idle_ != 0;
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
