#include "scheduler/scheduler.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "core/clock.hpp"
#include "scheduler/answer.hpp"
#include "scheduler/answer_order.hpp"
#include "scheduler/batch_policy.hpp"
#include "scheduler/instance_worker.hpp"
#include "scheduler/late_answers.hpp"
#include "scheduler/queue_rules.hpp"
#include "scheduler/reader.hpp"
#include "scheduler/reader_share.hpp"
#include "scheduler/request_queue.hpp"

namespace slipway::scheduler {

struct Scheduler::State : Holder {
  State(Options given, std::vector<core::TensorInfo> outputs, Probe& given_probe)
      : options(std::move(given)),
        model{options.model, options.version, std::move(outputs), options.clock},
        probe(given_probe),
        rules(options.priorities ? std::optional<QueueRules>(*options.priorities) : std::nullopt),
        queue(options.queue_limit, {options.max_batch_rows, options.max_delay, options.preferred_batch_rows},
              learned.batch, given_probe, options.clock, rules ? &*rules : nullptr) {}

  void keep_order(std::size_t instances) {
    if (options.preserve_ordering) order.emplace(most_held(options.queue_limit, instances, options.max_batch_rows));
  }

  core::Error full() const {
    return {core::Code::resource_exhausted,
            fmt::format("model \"{}\": {} requests wait already, the limit of its queue; try again later, or raise "
                        "queue_limit or instances",
                        model.name, options.queue_limit)};
  }
  core::Error level_full(std::uint32_t level) const {
    const std::string of = level == 0 ? "" : fmt::format(" of priority {}", level);
    return {
        core::Code::resource_exhausted,
        fmt::format(R"(model "{}": {} requests{} wait already, the max_queue_size of their policy; try again later, )"
                    "or raise max_queue_size or instances",
                    model.name, rules->most_waiting(level), of)};
  }
  core::Error stopping() const {
    return {core::Code::unavailable,
            fmt::format("model \"{}\" version {} is being unloaded; try again", model.name, model.version)};
  }

  /// Runs the job on this thread when that is the quickest: the model is quick, nothing waits that came before, and an
  /// instance is free. Never where requests are asked to wait for each other, nor for so long that those of other
  /// models that this thread reads would wait. At the end of the thread's turn where others may have come with it.
  bool run_here(JobList& job) {
    if (InstanceWorker::runs_on_this_thread()) return false;
    Reader& reader = this_reader();
    const core::TimePoint now = options.clock();
    share.read(reader, now);
    if (!share.allows(reader, now)) return false;
    if (!learned.run.is_quick(input_bytes(job.front())) || !queue.is_calm() || options.max_delay.count() > 0)
      return false;
    if (joins_here() && reader.hold(*this, job, options.max_batch_rows)) return true;
    if (is_dropped(job.front(), now)) {
      answer_dropped(job, now, probe);
      return true;
    }
    return run_now(reader, job);
  }

  /// Jobs of one turn have no other order than that in which they came.
  bool joins_here() const {
    return options.max_batch_rows > 1 && !rules && learned.joins.load(std::memory_order_relaxed);
  }

  bool run_now(Reader& reader, JobList& batch) {
    const core::TimePoint begin = options.clock();
    for (std::size_t i = 0; i < workers.size(); ++i) {
      // readers begin at different instances, so that they seldom meet
      if (!workers[(reader.number + i) % workers.size()]->run_here(batch)) continue;
      const core::TimePoint end = options.clock();
      share.spent(reader, end, end - begin);
      return true;
    }
    return false;
  }

  void will_hold() override {
    const std::scoped_lock lock(holders_mutex);
    ++holders;
  }

  void run_held(JobList& jobs) noexcept override {
    try {
      run_together(jobs);
    } catch (const std::exception& error) {
      spdlog::error("model \"{}\": {}", model.name, error.what());
    }
    jobs.clear();  // those that were not run for want of memory are answered by being dropped
    const std::scoped_lock lock(holders_mutex);
    --holders;
    nobody_holds.notify_all();  // under the lock: who waits for it destroys this
  }

  void run_together(JobList& jobs) {
    Reader& reader = this_reader();
    Plan plan;
    JobList batch;
    while (!jobs.empty()) {
      const core::TimePoint now = options.clock();
      const std::int64_t most = learned.batch.rows_within(RunCost::quick, options.max_batch_rows);
      plan_batch(jobs, {.max_rows = most}, learned.batch, {.now = now, .hurry = true}, plan);
      for (const auto job : plan.drop) batch.splice(batch.end(), jobs, job);
      answer_dropped(batch, now, probe);
      for (const auto job : plan.take) batch.splice(batch.end(), jobs, job);
      if (batch.empty()) continue;
      if (!share.allows(reader, now) || !run_now(reader, batch)) {
        while (!batch.empty()) enqueue(batch);
      }
      batch.clear();
    }
  }

  /// Has an instance's thread run the first of the jobs, or refuses it.
  void enqueue(JobList& jobs) {
    JobList one;
    one.splice(one.end(), jobs, jobs.begin());
    const auto refuse = [&](core::Error why) { answer(one.front(), std::unexpected(std::move(why)), {}, probe); };
    switch (queue.push(one)) {
      case RequestQueue::Pushed::accepted: return;
      case RequestQueue::Pushed::full: return refuse(full());
      case RequestQueue::Pushed::level_full: return refuse(level_full(one.front().priority));
      case RequestQueue::Pushed::closed: return refuse(stopping());
    }
  }

  void wait_for_holders() {
    this_reader().end_turn();
    std::unique_lock lock(holders_mutex);
    nobody_holds.wait(lock, [this] { return holders == 0; });
  }

  Options options;
  ServedModel model;
  Probe& probe;
  Learned learned;
  ReaderShare share;
  std::optional<QueueRules> rules;
  std::optional<AnswerOrder> order;
  RequestQueue queue;
  std::vector<std::unique_ptr<InstanceWorker>> workers;
  std::mutex holders_mutex;
  std::condition_variable nobody_holds;
  int holders = 0;                          ///< threads that hold jobs, or run what they held
  std::optional<LateAnswers> late_answers;  // last: it uses the above
};

Scheduler::Scheduler(Options options, std::vector<core::TensorInfo> outputs,
                     std::vector<std::unique_ptr<runtime::Runner>> instances, Probe& probe)
    : state_(std::make_unique<State>(std::move(options), std::move(outputs), probe)) {
  state_->keep_order(instances.size());
  state_->workers.reserve(instances.size());
  try {
    for (auto& instance : instances) {
      state_->workers.push_back(
          std::make_unique<InstanceWorker>(state_->queue, std::move(instance), state_->model, probe, state_->learned));
    }
    state_->late_answers.emplace(
        state_->options.model,
        [&queue = state_->queue](JobList& late, const std::stop_token& end) { return queue.take_late(late, end); },
        probe, state_->options.clock);
  } catch (...) {
    stop();  // or the threads that did start would be joined for ever
    throw;
  }
  if (state_->workers.empty()) stop();
}

Scheduler::~Scheduler() { finish(); }

void Scheduler::finish() {
  stop();
  state_->wait_for_holders();
  for (auto& worker : state_->workers) worker->join();
  state_->late_answers.reset();
}

void Scheduler::submit(Job job) {
  JobList one;
  one.push_back(std::move(job));
  if (one.front().queued == core::TimePoint()) one.front().queued = state_->options.clock();
  apply_rules(one.front());
  if (state_->order && !state_->order->enter(one.front()))
    return answer(one.front(), std::unexpected(held_up(state_->model.name)), {}, state_->probe);
  if (!state_->run_here(one)) state_->enqueue(one);
}

void Scheduler::apply_rules(Job& job) const {
  if (state_->rules) state_->rules->apply(job);
}

void Scheduler::stop() { state_->queue.close(); }

std::size_t Scheduler::waiting() const { return state_->queue.waiting(); }

}  // namespace slipway::scheduler
