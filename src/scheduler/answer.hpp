#pragma once

#include "core/error.hpp"
#include "core/request.hpp"
#include "scheduler/job.hpp"
#include "scheduler/probe.hpp"

namespace slipway::scheduler {

/// Ends a job, once: measures first, so that whoever has the answer also finds it in the metrics, and then completes.
/// An exception out of the completion stops here: the other jobs of the batch still get their answers.
void answer(Job& job, core::Result<core::Response> result, const core::Timing& timing, Probe& probe);

}  // namespace slipway::scheduler
