#include "scheduler/batch_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace slipway::scheduler {

namespace {

double milliseconds(core::Duration duration) { return core::seconds(duration) * 1e3; }

/// Until when a job is willing to wait for company. A deadline nearer than the delay leaves at least half of the time
/// to the run itself: a batch that starts at its deadline serves nobody.
core::TimePoint patience(const Job& job, core::TimePoint delay_end) {
  if (job.request.deadline == core::no_deadline) return delay_end;
  return std::min(delay_end, job.queued + (job.request.deadline - job.queued) / 2);
}

core::Duration time_left(core::TimePoint deadline, core::TimePoint now) {
  return deadline == core::no_deadline ? BatchCost::forever : deadline - now;
}

/// How many of `jobs`, from the first, can run together so that nobody is late who need not be.
std::size_t count_in_time(const std::vector<JobList::const_iterator>& jobs, const BatchCost& cost,
                          const Outlook& outlook) {
  std::int64_t rows = 0;
  core::Duration tightest = BatchCost::forever;  // of the deadlines that are kept so far
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Job& job = *jobs[i];
    const auto all = cost.expected(rows + job.rows);
    if (!all) return jobs.size();
    const core::Duration own = time_left(job.request.deadline, outlook.now);
    const bool better_elsewhere = outlook.idle != 0 && *all > own && *cost.expected(job.rows) <= own;
    if (i != 0 && (*all > tightest || better_elsewhere)) return i;
    if (*all <= own) tightest = std::min(tightest, own);
    rows += job.rows;
  }
  return jobs.size();
}

/// Keeps as many of the planned jobs, from the first, as are worth running together. `more` wait behind them.
void shorten(Plan& plan, std::size_t more, const BatchLimits& limits, BatchCost& cost, const Outlook& outlook) {
  std::int64_t rows = 0;
  core::TimePoint deadline = core::no_deadline;
  for (const auto job : plan.take) {
    rows += job->rows;
    deadline = std::min(deadline, job->request.deadline);
  }
  if (limits.max_delay.count() == 0) {
    const BatchCost::Choice worth = cost.rows_to_take({.rows = rows + static_cast<std::int64_t>(more),
                                                       .least = plan.take.front()->rows,
                                                       .most = std::min(rows, limits.max_rows),
                                                       .idle = outlook.idle,
                                                       .time_left = time_left(deadline, outlook.now)});
    while (plan.take.size() > 1 && rows > worth.rows) {
      rows -= plan.take.back()->rows;
      plan.take.pop_back();
    }
    if (worth.to_learn) return;
  }
  if (deadline != core::no_deadline) plan.take.resize(count_in_time(plan.take, cost, outlook));
}

/// Leaves the first of the planned jobs and those behind it that come to exactly `size` rows with it; false, and all of
/// them, where there are none.
bool keep_exactly(Plan& plan, std::int64_t size) {
  if (plan.take.front()->rows > size) return false;
  std::int64_t rows = 0;
  const auto fits = [&](JobList::const_iterator job) {
    if (job->rows > size - rows) return false;
    rows += job->rows;
    return true;
  };
  for (const auto job : plan.take) fits(job);
  if (rows != size) return false;
  rows = 0;
  std::erase_if(plan.take, [&](JobList::const_iterator job) { return !fits(job); });
  return true;
}

/// Leaves a batch of the largest preferred size that the planned jobs, of `rows` rows, come to; nothing where none is.
void keep_preferred(Plan& plan, std::int64_t rows, const std::vector<std::int64_t>& preferred) {
  for (const std::int64_t size : std::views::reverse(preferred)) {
    if (size <= rows && keep_exactly(plan, size)) return;
  }
  plan.take.clear();
}

bool is_cancelled(const core::Request& request) {
  return request.cancelled && request.cancelled->load(std::memory_order_relaxed);
}

}  // namespace

bool is_dropped(const Job& job, core::TimePoint now) {
  return now >= job.request.deadline || is_cancelled(job.request);
}

std::optional<core::Error> refusal(const Job& job, core::TimePoint now) {
  const core::Request& request = job.request;
  if (is_cancelled(request))
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

void plan_batch(const JobList& waiting, const BatchLimits& limits, BatchCost& cost, const Outlook& outlook,
                Plan& plan) {
  plan.take.clear();
  plan.drop.clear();
  plan.wake = core::no_deadline;

  std::int64_t rows = 0;
  std::size_t seen = 0;
  core::TimePoint ready = core::no_deadline;
  for (auto job = waiting.begin(); job != waiting.end(); ++job) {
    ++seen;
    if (is_dropped(*job, outlook.now)) {
      plan.drop.push_back(job);
      continue;
    }
    if (!plan.take.empty() && (job->rows > limits.max_rows - rows || !same_batch(*plan.take.front(), *job))) continue;
    ready = patience(*job, std::min(ready, job->queued + limits.max_delay));
    plan.take.push_back(job);
    rows += job->rows;
    if (rows >= limits.max_rows || limits.max_rows <= 1) break;
  }
  const bool full = rows >= limits.max_rows || limits.max_rows <= 1;
  if (!plan.take.empty() && !full && !outlook.hurry && ready > outlook.now) {
    keep_preferred(plan, rows, limits.preferred_rows);
    if (plan.take.empty()) plan.wake = ready;
  }
  if (plan.take.size() > 1) shorten(plan, waiting.size() - seen, limits, cost, outlook);
}

}  // namespace slipway::scheduler
