// What making a batch of several requests, and answers of its outputs, costs.
#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

#include "scheduler/batch_policy.hpp"
#include "scheduler/batcher.hpp"
#include "scheduler/test_jobs.hpp"

namespace {

using namespace slipway;
using scheduler::testing::make_job;

scheduler::JobList jobs_of(const benchmark::State& state) {
  scheduler::JobList jobs;
  for (std::int64_t i = 0; i < state.range(0); ++i) jobs.push_back(make_job(1, state.range(1)));
  return jobs;
}

/// `range(0)` jobs of `range(1)` floats each.
void gather(benchmark::State& state) {
  const scheduler::JobList jobs = jobs_of(state);
  scheduler::Batcher batcher;
  for (auto _ : state) benchmark::DoNotOptimize(batcher.gather(jobs));
  state.SetBytesProcessed(state.iterations() * state.range(0) * state.range(1) * 4);
}
BENCHMARK(gather)->ArgsProduct({{1, 8, 32}, {64, 150'528}});

void scatter(benchmark::State& state) {
  const scheduler::JobList jobs = jobs_of(state);
  scheduler::Batcher batcher;
  const core::TensorView gathered = batcher.gather(jobs).front();
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<core::Tensor> outputs;
    outputs.push_back(scheduler::testing::copy_of(gathered));
    state.ResumeTiming();
    benchmark::DoNotOptimize(batcher.scatter(jobs, std::move(outputs)));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * state.range(1) * 4);
}
BENCHMARK(scatter)->ArgsProduct({{1, 8, 32}, {64, 150'528}});

/// What is decided under the queue's lock when `range(0)` jobs wait, for batches of up to 8.
void plan(benchmark::State& state) {
  scheduler::JobList jobs;
  for (std::int64_t i = 0; i < state.range(0); ++i) jobs.push_back(make_job(1, 64));
  scheduler::Plan plan;
  scheduler::BatchCost cost;
  for (const std::int64_t rows : {1, 2, 4, 8}) cost.ran(rows, std::chrono::microseconds(10 + rows));
  const core::TimePoint now = core::now();
  for (auto _ : state) {
    scheduler::plan_batch(jobs, {.max_rows = 8}, cost, {.now = now, .idle = 1}, plan);
    benchmark::DoNotOptimize(plan.take.data());
  }
}
BENCHMARK(plan)->Arg(1)->Arg(8)->Arg(512);

}  // namespace

BENCHMARK_MAIN();
