#include "scheduler/instance_worker.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <type_traits>
#include <utility>

#include "core/clock.hpp"
#include "scheduler/answer.hpp"
#include "scheduler/batch_policy.hpp"
#include "scheduler/output_order.hpp"

namespace slipway::scheduler {

namespace {

using core::Code;

core::Timing timing_of(const Job& job, core::TimePoint taken, core::Timing shared) {
  shared.queue = taken - job.queued;
  shared.taken = taken;
  return shared;
}

void fail_all(JobList& jobs, core::TimePoint taken, const core::Error& error, const core::Timing& timing,
              Probe& probe) {
  for (Job& job : jobs) answer(job, std::unexpected(error), timing_of(job, taken, timing), probe);
}

std::size_t input_bytes(const JobList& jobs) {
  std::size_t bytes = 0;
  for (const Job& job : jobs) bytes += input_bytes(job);
  return bytes;
}

/// What `work` gives, or an error (internal) in place of what it throws.
template <class Work>
std::invoke_result_t<Work> caught(const ServedModel& model, const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    return core::fail(Code::internal, fmt::format("model \"{}\": the runtime threw: {}", model.name, error.what()));
  } catch (...) {
    return core::fail(Code::internal, fmt::format("model \"{}\": the runtime threw something unknown", model.name));
  }
}

/// One that fails for want of memory, say, may go well the next time.
constexpr int most_bad_joins = 3;

thread_local bool runs_here = false;

/// While it lives, an instance is busy, on this thread.
class Running {
 public:
  explicit Running(Probe& probe) : probe_(probe) {
    probe_.instance_busy(+1);
    runs_here = true;
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    runs_here = false;
    probe_.instance_busy(-1);
  }

 private:
  Probe& probe_;
};

}  // namespace

bool InstanceWorker::runs_on_this_thread() { return runs_here; }

InstanceWorker::InstanceWorker(RequestQueue& queue, std::unique_ptr<runtime::Runner> runner, const ServedModel& model,
                               Probe& probe, Learned& learned)
    : queue_(queue), runner_(std::move(runner)), model_(model), probe_(probe), learned_(learned), thread_([this] {
        loop();
      }) {}

bool InstanceWorker::run_here(JobList& jobs) {
  if (has_batch_.load(std::memory_order_relaxed)) return false;
  const std::unique_lock lock(instance_, std::try_to_lock);
  if (!lock) return false;
  run_batch(jobs, model_.clock());
  return true;
}

void InstanceWorker::loop() {
  RequestQueue::Taken work;
  for (bool goes_on = true; goes_on;) {
    try {
      goes_on = queue_.take(work);
      if (goes_on) run_taken(work);
    } catch (const std::exception& error) {  // a want of memory, say
      spdlog::error("model \"{}\": {}", model_.name, error.what());
    }
    // what was not answered is by being dropped
    work.batch.clear();
    work.dropped.clear();
  }
}

void InstanceWorker::run_taken(RequestQueue::Taken& work) {
  core::TimePoint taken = model_.clock();
  answer_dropped(work.dropped, taken, probe_);  // before the run: they need not wait for it
  if (work.batch.empty()) return;
  std::unique_lock lock(instance_, std::try_to_lock);
  if (!lock) {  // it is lent
    has_batch_.store(true, std::memory_order_relaxed);
    lock.lock();
    has_batch_.store(false, std::memory_order_relaxed);
    queue_.take_again(work);
    taken = model_.clock();
    answer_dropped(work.dropped, taken, probe_);
    if (work.batch.empty()) return;
  }
  run_batch(work.batch, taken);
}

void InstanceWorker::run_batch(JobList& jobs, core::TimePoint taken) {
  const Running running(probe_);
  run_jobs(jobs, taken);
}

bool InstanceWorker::run_jobs(JobList& jobs, core::TimePoint taken) {
  core::Timing timing;
  auto outputs = run(jobs, taken, timing);
  if (!outputs) return run_failed(jobs, taken, outputs.error(), timing);

  const core::TimePoint computed = model_.clock();
  auto parts = caught(model_, [&] { return batcher_.scatter(jobs, *std::move(outputs)); });
  timing.scatter = model_.clock() - computed;
  if (!parts) return run_failed(jobs, taken, parts.error(), timing);
  if (jobs.size() > 1) learned_.bad_joins.store(0, std::memory_order_relaxed);

  const auto mean = learned_.batch.ran(timing.batch_rows, timing.assemble + timing.compute + timing.scatter);
  probe_.batch_cost(mean.rows, mean.duration);
  probe_.batch_done(timing);
  auto part = parts->begin();
  for (Job& job : jobs) {
    const core::Timing own = timing_of(job, taken, timing);
    answer(job, respond(job, std::move(*part++), own), own, probe_);
  }
  return true;
}

bool InstanceWorker::run_failed(JobList& jobs, core::TimePoint taken, const core::Error& why,
                                const core::Timing& timing) {
  if (jobs.size() > 1) {
    if (run_alone(jobs, taken)) doubt_joining(why);  // else it was one of the requests
  } else {
    fail_all(jobs, taken, why, timing, probe_);
  }
  return false;
}

void InstanceWorker::doubt_joining(const core::Error& why) {
  if (!learned_.told_of_bad_joins.exchange(true)) {
    spdlog::warn(
        R"(model "{}": a batch failed though each of its requests went well alone: {}; max_batch_size: 0 )"
        "expected for such a model. Until then they are run twice, and after {} such batches in a row none are "
        "joined any more",
        model_.name, why.message(), most_bad_joins);
  }
  if (++learned_.bad_joins < most_bad_joins) return;
  learned_.joins.store(false, std::memory_order_relaxed);
  queue_.stop_joining();
}

bool InstanceWorker::run_alone(JobList& jobs, core::TimePoint taken) {
  bool all_well = true;
  JobList alone;
  while (!jobs.empty()) {
    alone.splice(alone.end(), jobs, jobs.begin());
    if (auto why = refusal(alone.front(), model_.clock())) {
      fail_all(alone, taken, *why, {}, probe_);
    } else {
      all_well = run_jobs(alone, model_.clock()) && all_well;
    }
    alone.clear();
  }
  return all_well;
}

core::Result<std::vector<core::Tensor>> InstanceWorker::run(const JobList& jobs, core::TimePoint taken,
                                                            core::Timing& timing) {
  const std::vector<std::uint32_t>& wanted = jobs.front().outputs;
  for (const Job& job : jobs) timing.batch_rows += job.rows;
  core::TimePoint gathered = taken;
  auto outputs = caught(model_, [&] {
    const auto inputs = batcher_.gather(jobs);
    gathered = model_.clock();
    timing.assemble = gathered - taken;
    return runner_->run(inputs, wanted);
  });
  timing.compute = model_.clock() - gathered;
  if (outputs) learned_.run.ran(timing.compute, input_bytes(jobs));  // a refusal is quick whatever the model is
  if (!outputs) return outputs;
  if (outputs->size() != wanted.size())
    return core::fail(Code::internal, fmt::format("model \"{}\": the runtime gave {} outputs, {} were wanted",
                                                  model_.name, outputs->size(), wanted.size()));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] < model_.outputs.size()) (*outputs)[i].name = model_.outputs[wanted[i]].name;
  }
  return outputs;
}

core::Response InstanceWorker::respond(Job& job, std::vector<core::Tensor> outputs, const core::Timing& timing) const {
  order_outputs(outputs, job.request.outputs);
  return core::Response{.model = model_.name,
                        .version = model_.version,
                        .id = std::move(job.request.id),
                        .outputs = std::move(outputs),
                        .timing = timing};
}

}  // namespace slipway::scheduler
