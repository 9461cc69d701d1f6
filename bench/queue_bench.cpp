// What the way through the queue costs: alone, and from a front's thread to an instance's and back.
#include <benchmark/benchmark.h>

#include <memory>
#include <semaphore>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "metrics/registry.hpp"
#include "scheduler/batch_cost.hpp"
#include "scheduler/request_queue.hpp"
#include "scheduler/scheduler.hpp"
#include "scheduler/test_jobs.hpp"

namespace {

using namespace slipway;
using scheduler::testing::make_job;

/// The time of pushing and taking `range(0)` jobs of one row as batches of 8, in one thread.
void push_and_take(benchmark::State& state) {
  metrics::Registry registry;
  scheduler::Probe probe(registry, "bench", "1");
  const auto count = static_cast<std::size_t>(state.range(0));
  scheduler::BatchCost cost;
  scheduler::RequestQueue queue(count, {.max_rows = 8}, cost, probe);
  scheduler::RequestQueue::Taken taken;
  scheduler::JobList waiting;
  for (std::size_t i = 0; i < count; ++i) waiting.push_back(make_job(1, 64));
  scheduler::JobList one;
  for (auto _ : state) {
    while (!waiting.empty()) {
      one.splice(one.end(), waiting, waiting.begin());
      queue.push(one);
    }
    while (waiting.size() < count) {
      queue.take(taken);
      waiting.splice(waiting.end(), taken.batch);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(push_and_take)->Arg(1)->Arg(8)->Arg(64)->Arg(512);

/// Gives nothing, at once.
class EmptyRunner : public runtime::Runner {
 public:
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView>,
                                              std::span<const std::uint32_t>) override {
    return std::vector<core::Tensor>{};
  }
};

/// `range(0)` requests in flight through one instance that takes no time: what the scheduler itself costs a request.
void through_the_scheduler(benchmark::State& state) {
  metrics::Registry registry;
  scheduler::Probe probe(registry, "bench", "1");
  std::vector<std::unique_ptr<runtime::Runner>> instances;
  instances.push_back(std::make_unique<EmptyRunner>());
  std::counting_semaphore<> answered(0);
  scheduler::Scheduler scheduler({.max_batch_rows = 8}, {}, std::move(instances), probe);
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      scheduler::Job job = make_job(1, 64);
      job.outputs.clear();
      job.done = [&answered](core::Result<core::Response> result) {
        benchmark::DoNotOptimize(result);
        answered.release();
      };
      scheduler.submit(std::move(job));
    }
    for (std::int64_t i = 0; i < state.range(0); ++i) answered.acquire();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(through_the_scheduler)->Arg(1)->Arg(8)->Arg(32)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
