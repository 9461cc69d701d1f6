#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stop_token>

#include "core/clock.hpp"
#include "scheduler/batch_cost.hpp"
#include "scheduler/batch_policy.hpp"
#include "scheduler/job.hpp"
#include "scheduler/lookout.hpp"
#include "scheduler/priority_order.hpp"
#include "scheduler/probe.hpp"
#include "scheduler/queue_rules.hpp"

namespace slipway::scheduler {

/// The bounded queue that the instances of one model version take from. What becomes a batch is decided when an
/// instance is free to run it, not when a request arrives, so a batch is as large as it can be without waiting.
///
/// Owned by the scheduler; any thread may push, each instance's thread takes. Ending is a flag under the same mutex as
/// the jobs, so that whatever was accepted is also taken.
class RequestQueue {
 public:
  /// `level_full`: there is room in the queue, but not for one more of the job's priority.
  enum class Pushed { accepted, full, level_full, closed };

  /// What an instance was handed: `batch` to run, `dropped` to answer without running. One of them is not empty.
  struct Taken {
    JobList batch;
    JobList dropped;
    Plan plan;  ///< scratch of take(), kept for its memory
  };

  /// `cost` says how large batches are worth it; `probe` is told the depth at each change; `clock` is a test's own.
  /// With `rules`, which outlive the queue, the jobs come out by priority; else in the order they came.
  RequestQueue(std::size_t limit, BatchLimits limits, BatchCost& cost, Probe& probe, core::Clock clock = core::now,
               const QueueRules* rules = nullptr);

  /// Takes the one job in `job` and leaves it empty; or leaves it where it is, and says why.
  Pushed push(JobList& job);

  /// Waits for something to do, and hands it over; false when the queue is closed and empty. `taken` comes empty.
  bool take(Taken& taken);

  /// For an instance that had to wait after it took: plans again what it has and what came since, without any delay.
  /// May leave it with less, even with nothing.
  void take_again(Taken& taken);

  /// Waits until the deadline of something that waits is over or it was cancelled, as a Lookout finds it, and hands
  /// that over to be answered: for a thread beside the instances, which may all be busy. False when `end` asks for it.
  /// `late` comes empty.
  bool take_late(JobList& late, const std::stop_token& end);

  /// From now on each job is a batch of its own.
  void stop_joining();

  /// Refuses what comes. What waits is still taken, without delay.
  void close();

  std::size_t waiting() const;
  /// Whether nothing waits and it is not closed; without the lock, so it may be old by a moment.
  bool is_calm() const { return calm_.load(std::memory_order_relaxed); }

 private:
  /// Puts a batch in again, before what came after it; under the lock.
  void put_back(JobList& batch);
  /// Tells the probe how many more of a job's priority wait, where there are priorities; under the lock.
  void tell_level(std::uint32_t level, std::ptrdiff_t change);
  /// Plans the next batch; under the lock.
  void plan(Taken& taken, bool hurry);
  /// Moves those out that must not run any more, and watches the others; under the lock.
  void move_late(JobList& late, core::TimePoint now);
  /// What waits has changed; under the lock, or the last one to tell may not be the last one to change it.
  void tell_depth();
  /// Moves a job out of the queue; under the lock.
  void move_out(JobList& to, JobList::const_iterator job);
  /// Moves what was planned out of the queue; under the lock. Whether another instance should be woken for the rest.
  bool move_planned(Taken& taken);

  const std::size_t limit_;
  BatchLimits limits_;
  BatchCost& cost_;
  Probe& probe_;
  const core::Clock clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  JobList jobs_;
  std::optional<PriorityOrder> order_;  ///< of jobs_, where it is another than that of arrival
  std::size_t idle_ = 0;                ///< threads in take() that wait
  std::ptrdiff_t told_ = 0;             ///< how many wait, as the probe has it
  Lookout lookout_;                     ///< of take_late()
  bool closed_ = false;
  std::atomic<bool> calm_ = true;  ///< neither jobs nor closed; written under the lock
};

}  // namespace slipway::scheduler
