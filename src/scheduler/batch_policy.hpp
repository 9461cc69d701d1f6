#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "scheduler/batch_cost.hpp"
#include "scheduler/job.hpp"

namespace slipway::scheduler {

/// What bounds a batch.
struct BatchLimits {
  std::int64_t max_rows = 1;               ///< 1: never batch
  std::chrono::microseconds max_delay{0};  ///< how long the first of a batch waits for others
  /// Ascending: a batch of exactly so many rows does not wait any longer.
  std::vector<std::int64_t> preferred_rows{};
};

/// What an idle instance should do now with the jobs that wait. Exactly one of these holds: `take` has jobs; or nothing
/// is to be taken before `wake` (no_deadline when nothing that can run waits at all). `drop` may have jobs either way.
struct Plan {
  std::vector<JobList::const_iterator> take;  ///< one batch, in the order of the queue
  std::vector<JobList::const_iterator> drop;  ///< expired or cancelled: to be answered, never run
  core::TimePoint wake = core::no_deadline;
};

/// Whether `job` must not run any more at `now`: cancelled, or past its deadline.
bool is_dropped(const Job& job, core::TimePoint now);
/// Why that is so; nothing where it may run.
std::optional<core::Error> refusal(const Job& job, core::TimePoint now);

/// Whether two jobs can run as one: the same outputs wanted, and each input of the same type and of the same shape
/// beyond the first dimension.
bool same_batch(const Job& a, const Job& b);

/// When and where a batch is planned.
struct Outlook {
  core::TimePoint now;
  std::size_t idle = 0;  ///< other instances that have nothing to do
  bool hurry = false;    ///< the queue is closing, or these jobs have waited already: nothing waits for company
};

/// Plans the next batch into `plan`, whose memory is used again. The first job that may run leads; those behind that
/// fit join it, up to `max_rows`. Where a delay asks for batches, the oldest of them waits so long for others, unless
/// there are `preferred_rows`: then the most of these that the jobs come to are taken at once. Where no delay asks for
/// batches up to what `cost` says is worth it. Nobody joins whose rows would make one of the others late, or be late
/// themselves where an idle instance could run them in time, but in a batch that is to teach what its size costs. A
/// leader of more rows than `max_rows` runs alone. The rest keep their places, so whoever is first is never overtaken
/// by a later batch. `outlook.now` is the only time there is.
void plan_batch(const JobList& waiting, const BatchLimits& limits, BatchCost& cost, const Outlook& outlook, Plan& plan);

}  // namespace slipway::scheduler
