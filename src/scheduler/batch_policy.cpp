#include "scheduler/batch_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slipway::scheduler {

namespace {

double milliseconds(core::Duration duration) { return core::seconds(duration) * 1e3; }

/// Until when a job is willing to wait for company. A deadline nearer than the delay leaves at least half of the time
/// to the run itself: a batch that starts at its deadline serves nobody.
core::TimePoint patience(const Job& job, core::TimePoint delay_end) {
  if (job.request.deadline == core::no_deadline) return delay_end;
  return std::min(delay_end, job.queued + (job.request.deadline - job.queued) / 2);
}

}  // namespace

std::optional<core::Error> refusal(const Job& job, core::TimePoint now) {
  const core::Request& request = job.request;
  if (request.cancelled && request.cancelled->load(std::memory_order_relaxed))
    return core::Error(core::Code::cancelled, "the client went away before its request was run");
  if (now < request.deadline) return std::nullopt;
  return core::Error(
      core::Code::deadline_exceeded,
      fmt::format("the request was not run: it had waited {:.1f} ms when its limit of {:.1f} ms was over; "
                  "allow more time or send fewer requests at once",
                  milliseconds(now - request.received), milliseconds(request.deadline - request.received)));
}

bool same_batch(const Job& a, const Job& b) {
  if (a.outputs != b.outputs) return false;
  return std::ranges::equal(a.request.inputs, b.request.inputs,
                            [](const core::TensorView& x, const core::TensorView& y) {
                              return x.dtype == y.dtype && !x.shape.empty() && x.shape.size() == y.shape.size() &&
                                     std::equal(x.shape.begin() + 1, x.shape.end(), y.shape.begin() + 1);
                            });
}

void plan_batch(const JobList& waiting, core::TimePoint now, const BatchLimits& limits, bool hurry, Plan& plan) {
  plan.take.clear();
  plan.drop.clear();
  plan.wake = core::no_deadline;

  std::int64_t rows = 0;
  core::TimePoint ready = core::no_deadline;
  for (auto job = waiting.begin(); job != waiting.end(); ++job) {
    if (refusal(*job, now)) {
      plan.drop.push_back(job);
      continue;
    }
    if (plan.take.empty()) {
      ready = patience(*job, job->queued + limits.max_delay);
    } else if (job->rows > limits.max_rows - rows || !same_batch(*plan.take.front(), *job)) {
      continue;
    } else {
      ready = patience(*job, ready);
    }
    plan.take.push_back(job);
    rows += job->rows;
    if (rows >= limits.max_rows || limits.max_rows <= 1) return;
  }
  if (plan.take.empty() || hurry || ready <= now) return;
  plan.take.clear();
  plan.wake = ready;
}

}  // namespace slipway::scheduler
