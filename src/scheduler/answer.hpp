#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "scheduler/job.hpp"
#include "scheduler/probe.hpp"

namespace slipway::scheduler {

/// Ends a job, once: measures first, so that whoever has the answer also finds it in the metrics, and then completes.
void answer(Job& job, core::Result<core::Response> result, const core::Timing& timing, Probe& probe);

/// Answers jobs that must not run any more with why that is so at `now`.
void answer_dropped(JobList& jobs, core::TimePoint now, Probe& probe);

/// Calls a completion. What it throws stops here, in the log: others still have to get their answers.
void complete(core::Completion& done, core::Result<core::Response> result);

}  // namespace slipway::scheduler
