#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "scheduler/job.hpp"

namespace slipway::scheduler {

/// What bounds a batch.
struct BatchLimits {
  std::int64_t max_rows = 1;               ///< 1: never batch
  std::chrono::microseconds max_delay{0};  ///< how long the first of a batch waits for others
};

/// What an idle instance should do now with the jobs that wait. Exactly one of these holds: `take` has jobs; or nothing
/// is to be taken before `wake` (no_deadline when nothing that can run waits at all). `drop` may have jobs either way.
struct Plan {
  std::vector<JobList::const_iterator> take;  ///< one batch, in the order the jobs came
  std::vector<JobList::const_iterator> drop;  ///< expired or cancelled: to be answered, never run
  core::TimePoint wake = core::no_deadline;
};

/// Why `job` must not run any more at `now`: cancelled, or past its deadline. Nothing if it may.
std::optional<core::Error> refusal(const Job& job, core::TimePoint now);

/// Whether two jobs can run as one: the same outputs wanted, and each input of the same type and of the same shape
/// beyond the first dimension.
bool same_batch(const Job& a, const Job& b);

/// Plans the next batch into `plan`, whose memory is used again. The first job that may run leads; those behind that
/// fit join it, up to `max_rows`. A leader of more rows than that runs alone. The rest keep their places, so whoever is
/// first is never overtaken by a later batch. `now` is the only time there is. With `hurry` (the queue is closing)
/// nothing waits.
void plan_batch(const JobList& waiting, core::TimePoint now, const BatchLimits& limits, bool hurry, Plan& plan);

}  // namespace slipway::scheduler
