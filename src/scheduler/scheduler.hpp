#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/queue_spec.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "runtime/model.hpp"
#include "scheduler/job.hpp"
#include "scheduler/probe.hpp"

namespace slipway::scheduler {

struct Options {
  std::int64_t max_batch_rows = 1;                   ///< 1: never batch
  std::chrono::microseconds max_delay{0};            ///< how long the first of a batch waits for others
  std::size_t queue_limit = 1024;                    ///< jobs waiting
  std::vector<std::int64_t> preferred_batch_rows{};  ///< ascending: such a batch ends the delay
  bool preserve_ordering = false;                    ///< answers leave in the order of the submits
  std::optional<config::PrioritySpec> priorities{};  ///< how jobs wait by their priority
  std::string model{};                               ///< the name that responses and errors give
  std::string version{};
  core::Clock clock = core::now;  ///< a test may have its own
};

/// Runs the jobs of one model version on its instances: a bounded queue that all of them take from, and a thread for
/// each instance. An instance that becomes free takes of what has queued, up to max_batch_rows of equal shape, as much
/// as the batches that ran show to be worth running together (batch_cost.hpp); all of it where max_delay asks for
/// batches.
///
/// submit() may be called from any thread. A completion runs on an instance's thread, or on the caller's when the queue
/// refuses or when the model is so quick (under 200 µs of late) that the caller runs it itself on a free instance: at
/// once, or, on a thread that reads in turns (core/turn.hpp), together with others at the end of the turn. Jobs
/// past their deadline or whose client has gone are completed with an error and never run; the former within a few
/// milliseconds, on a thread of the scheduler's own where every instance is busy. The probe has counted a
/// request when its completion runs. With priorities those of the first level are taken first (queue_rules.hpp); with
/// preserve_ordering an answer waits for those before it (answer_order.hpp).
class Scheduler {
 public:
  /// `outputs` are the model's, for names; `probe` outlives the scheduler.
  Scheduler(Options options, std::vector<core::TensorInfo> outputs,
            std::vector<std::unique_ptr<runtime::Runner>> instances, Probe& probe);
  /// Refuses what comes, runs what was accepted, then joins; so not to be called from a completion.
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Takes the job, or completes it at once with resource_exhausted (the queue is full, or holds as many of the job's
  /// priority as may wait, or too many answers wait for an earlier one) or unavailable (stopping).
  void submit(Job job);

  /// Sets the level of a job's priority and the time that the policies give it, for whoever has it wait before it is
  /// submitted. submit() does so too.
  void apply_rules(Job& job) const;

  /// Begins to refuse, as the destructor does, without waiting.
  void stop();

  /// What the destructor does: refuses, runs or drops what was accepted, joins. Not from a completion. May be called
  /// once more.
  void finish();

  std::size_t waiting() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::scheduler
