#include "scheduler/answer.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

#include "core/clock.hpp"
#include "scheduler/batch_policy.hpp"

namespace slipway::scheduler {

void complete(core::Completion& done, core::Result<core::Response> result) {
  try {
    done(std::move(result));
  } catch (const std::exception& error) {
    spdlog::error("an answer could not be given: {}", error.what());
  }
}

void answer(Job& job, core::Result<core::Response> result, const core::Timing& timing, Probe& probe) {
  probe.request_done(result, core::now() - job.request.received, job.rows, timing);
  complete(job.done, std::move(result));
}

void answer_dropped(JobList& jobs, core::TimePoint now, Probe& probe) {
  for (Job& job : jobs) {
    auto why = refusal(job, now);
    answer(job, std::unexpected(why ? *std::move(why) : core::Error(core::Code::cancelled, "the request was dropped")),
           {.queue = now - job.queued, .taken = now}, probe);
  }
  jobs.clear();
}

}  // namespace slipway::scheduler
