#include "scheduler/answer.hpp"

#include <utility>

#include "core/clock.hpp"

namespace slipway::scheduler {

void answer(Job& job, core::Result<core::Response> result, const core::Timing& timing, Probe& probe) {
  probe.request_done(result, core::now() - job.request.received, job.rows, timing);
  try {
    job.done(std::move(result));
  } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is left to be told
  }
}

}  // namespace slipway::scheduler
