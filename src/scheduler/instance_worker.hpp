#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "core/tensor.hpp"
#include "runtime/model.hpp"
#include "scheduler/batch_cost.hpp"
#include "scheduler/batcher.hpp"
#include "scheduler/probe.hpp"
#include "scheduler/request_queue.hpp"
#include "scheduler/run_cost.hpp"

namespace slipway::scheduler {

/// What the answers of a model version have in common, and the clock that all of it goes by. Outlives the workers.
struct ServedModel {
  std::string name;
  std::string version;
  std::vector<core::TensorInfo> outputs;
  core::Clock clock = core::now;
};

/// What a model version's runs taught, by all of its instances. Outlives the workers.
struct Learned {
  RunCost run;
  BatchCost batch;
  std::atomic<int> bad_joins = 0;  ///< batches in a row that failed though each of their requests went well alone
  std::atomic<bool> joins = true;  ///< false when that came about too often
  std::atomic<bool> told_of_bad_joins = false;
};

/// One instance and its thread: takes batches until the queue is closed and empty, and answers every job it took.
/// Owned by the scheduler, which closes the queue before it destroys its workers; destroying joins. While its thread
/// has nothing to run, another thread may borrow the instance for one quick batch; a batch that has to wait for that
/// goes on growing.
///
/// A batch that the runtime refuses, or whose outputs cannot be parted, is run again job by job, so that one bad
/// request fails alone. Where each goes well alone it is the joining that is bad: a warning says so once, and after
/// some such batches in a row nothing of this model version is joined any more. A runner that throws has failed; the
/// next batch is run as if nothing had been, as it is when something else throws, which drops the batch.
class InstanceWorker {
 public:
  InstanceWorker(RequestQueue& queue, std::unique_ptr<runtime::Runner> runner, const ServedModel& model, Probe& probe,
                 Learned& learned);

  /// Whether this thread is running a batch now: a completion that submits the next job must not wait for that one, nor
  /// keep the instance from others.
  static bool runs_on_this_thread();

  /// Runs and answers one batch on the calling thread when the instance is free; else false, and the jobs stay where
  /// they are.
  bool run_here(JobList& jobs);

  /// Waits for the thread, which ends when the queue is closed and empty. Not from a completion.
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  void loop();
  void run_taken(RequestQueue::Taken& work);
  void run_batch(JobList& jobs, core::TimePoint taken);
  /// These answer all jobs, and say whether all of them went well, as one batch or each alone.
  bool run_jobs(JobList& jobs, core::TimePoint taken);
  bool run_failed(JobList& jobs, core::TimePoint taken, const core::Error& why, const core::Timing& timing);
  bool run_alone(JobList& jobs, core::TimePoint taken);
  /// A batch failed for being one.
  void doubt_joining(const core::Error& why);
  core::Result<std::vector<core::Tensor>> run(const JobList& jobs, core::TimePoint taken, core::Timing& timing);
  core::Response respond(Job& job, std::vector<core::Tensor> outputs, const core::Timing& timing) const;

  RequestQueue& queue_;
  std::unique_ptr<runtime::Runner> runner_;
  const ServedModel& model_;
  Probe& probe_;
  Learned& learned_;
  std::mutex instance_;  ///< guards runner_ and batcher_; held while a batch runs
  /// The thread has a batch and waits for instance_: a lock alone is not fair to who sleeps for it.
  std::atomic<bool> has_batch_ = false;
  Batcher batcher_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace slipway::scheduler
