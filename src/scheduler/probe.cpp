#include "scheduler/probe.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cctype>
#include <chrono>
#include <cmath>
#include <mutex>
#include <string>
#include <utility>

namespace slipway::scheduler {

namespace {

using prometheus::Histogram;
using prometheus::Labels;

/// 10 µs, doubled up to 30 s.
Histogram::BucketBoundaries duration_buckets() {
  Histogram::BucketBoundaries bounds;
  for (int doublings = 0; doublings < 22; ++doublings) bounds.push_back(std::ldexp(10.0, doublings) / 1e6);
  bounds.push_back(30);
  return bounds;
}

Histogram::BucketBoundaries row_buckets() {
  Histogram::BucketBoundaries bounds;
  for (int doublings = 0; doublings <= 10; ++doublings) bounds.push_back(std::ldexp(1.0, doublings));
  return bounds;
}

/// Under which size a batch is counted: its own, and beyond 64 rows the next power of two, so that requests of every
/// size do not make a row of the statistics each.
std::int64_t batch_size(std::int64_t rows) {
  constexpr std::int64_t most_counted_apart = 64;
  if (rows <= most_counted_apart) return rows;
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(rows)));
}

std::string outcome_name(core::Code code) {
  std::string name(core::code_name(code));
  for (char& letter : name) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return name;
}

void add(DurationStat& stat, core::Duration duration) {
  ++stat.count;
  stat.ns += static_cast<std::uint64_t>(std::max<std::int64_t>(0, core::nanoseconds(duration)));
}

/// Makes the metrics of one model version in the families, which it makes when they are not there yet. Any thread.
class Maker {
 public:
  Maker(prometheus::Registry& registry, Labels labels) : registry_(registry), labels_(std::move(labels)) {}

  Histogram& histogram(const char* name, const char* help, const Histogram::BucketBoundaries& buckets) {
    return kept(prometheus::BuildHistogram().Name(name).Help(help).Register(registry_), labels_, buckets);
  }
  prometheus::Counter& counter(const char* name, const char* help) { return kept(counters(name, help), labels_); }
  prometheus::Gauge& gauge(const char* name, const char* help) { return kept(gauges(name, help), labels_); }

  // for metrics that have a label more
  prometheus::Family<prometheus::Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
  }
  prometheus::Family<prometheus::Gauge>& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
  }
  template <class Metric>
  Metric& with(prometheus::Family<Metric>& family, const char* label, std::string value) {
    Labels labels = labels_;
    labels.emplace(label, std::move(value));
    return kept(family, labels);
  }

  /// How what was made is taken out of its families. When nothing more is made.
  metrics::Retired::Removes removes() { return std::move(removes_); }

 private:
  template <class Metric, class... Buckets>
  Metric& kept(prometheus::Family<Metric>& family, const Labels& labels, const Buckets&... buckets) {
    Metric& made = family.Add(labels, buckets...);
    const std::scoped_lock lock(mutex_);
    removes_.emplace(&made, [&family, &made] { family.Remove(&made); });
    return made;
  }

  prometheus::Registry& registry_;
  const Labels labels_;
  std::mutex mutex_;
  metrics::Retired::Removes removes_;
};

}  // namespace

struct Probe::Families {
  Families(prometheus::Registry& registry, const Labels& labels, const Histogram::BucketBoundaries& durations)
      : make(registry, labels),
        requests(make.counters("slipway_requests_total", "Requests by outcome")),
        request(make.histogram("slipway_request_duration_seconds",
                               "From a request's first byte to its answer being encoded", durations)),
        queue(make.histogram("slipway_queue_duration_seconds", "From admitted to taken by an instance", durations)),
        assembly(make.histogram("slipway_batch_assembly_duration_seconds", "Gathering a batch's inputs", durations)),
        compute(make.histogram("slipway_compute_duration_seconds", "A batch in the runtime", durations)),
        encode(make.histogram("slipway_encode_duration_seconds", "Writing a response", durations)),
        rows(make.histogram("slipway_batch_rows", "Rows in a batch", row_buckets())),
        costs(make.gauges("slipway_batch_cost_seconds",
                          "What a batch of up to so many rows takes of late, gathered, computed and parted")),
        sequences(make.gauge("slipway_sequences_open", "Sequences that were begun and are not over")),
        sequences_waiting(make.gauge("slipway_sequences_waiting", "Requests that wait for the one before them")),
        depth(make.gauge("slipway_queue_depth", "Requests that wait")),
        level_depths(make.gauges("slipway_priority_queue_depth", "Requests of a priority that wait")),
        busy(make.gauge("slipway_instances_busy", "Instances that run a batch")),
        cache_hits(make.counter("slipway_cache_hits_total", "Requests answered from the response cache")),
        cache_misses(make.counter("slipway_cache_misses_total", "Requests whose answers were put into the cache")),
        bytes_in(make.counter("slipway_request_bytes_total", "Bytes of requests received")),
        bytes_out(make.counter("slipway_response_bytes_total", "Bytes of responses sent")) {
    outcome(0, "success");
  }

  /// The counter of an outcome; 0 is success, the others are codes. Made when it first happens, then kept.
  prometheus::Counter& outcome(std::size_t number, const std::string& name) {
    prometheus::Counter& made = make.with(requests, "outcome", name);
    outcomes[number].store(&made, std::memory_order_release);
    return made;
  }
  void count(core::Code code) {
    const auto number = static_cast<std::size_t>(std::to_underlying(code));
    prometheus::Counter* known = outcomes[number].load(std::memory_order_acquire);
    (known != nullptr ? *known : outcome(number, outcome_name(code))).Increment();
  }
  /// The gauge of batches of up to `most_rows` rows, a power of two. Made when there is the first, then kept.
  prometheus::Gauge& cost(std::int64_t most_rows) {
    const auto number = std::min(static_cast<std::size_t>(std::countr_zero(static_cast<std::uint64_t>(most_rows))),
                                 cost_of_rows.size() - 1);
    if (prometheus::Gauge* known = cost_of_rows[number].load(std::memory_order_acquire); known != nullptr)
      return *known;
    prometheus::Gauge& made = make.with(costs, "rows", std::to_string(most_rows));
    cost_of_rows[number].store(&made, std::memory_order_release);
    return made;
  }
  /// The gauge of a priority, made when its first request waits.
  prometheus::Gauge& level_depth(std::uint32_t level) {
    prometheus::Gauge*& known = depth_of_level[level];
    if (known == nullptr) known = &make.with(level_depths, "priority", std::to_string(level));
    return *known;
  }
  void count_success() { outcomes[0].load(std::memory_order_relaxed)->Increment(); }

  Maker make;
  prometheus::Family<prometheus::Counter>& requests;
  std::array<std::atomic<prometheus::Counter*>, 17> outcomes{};
  Histogram& request;
  Histogram& queue;
  Histogram& assembly;
  Histogram& compute;
  Histogram& encode;
  Histogram& rows;
  prometheus::Family<prometheus::Gauge>& costs;
  std::array<std::atomic<prometheus::Gauge*>, 16> cost_of_rows{};
  prometheus::Gauge& sequences;
  prometheus::Gauge& sequences_waiting;
  prometheus::Gauge& depth;
  prometheus::Family<prometheus::Gauge>& level_depths;
  std::map<std::uint32_t, prometheus::Gauge*> depth_of_level;
  prometheus::Gauge& busy;
  prometheus::Counter& cache_hits;
  prometheus::Counter& cache_misses;
  prometheus::Counter& bytes_in;
  prometheus::Counter& bytes_out;
};

Probe::Probe(metrics::Registry& registry, const std::string& model, const std::string& version)
    : registry_(registry), model_(model), version_(version) {
  registry.retired().began(key());
  const Labels labels{{"model", model}, {"version", version}};
  families_ = std::make_unique<Families>(registry.prometheus(), labels, duration_buckets());
}

Probe::~Probe() { registry_.retired().ended(key(), families_->make.removes()); }

std::string Probe::key() const { return model_ + '/' + version_; }

void Probe::trace(core::TimePoint received, const core::Timing& timing, core::TimePoint encoded) {
  if (!registry_.tracer().on()) return;
  registry_.tracer().add(
      {.model = model_, .version = version_, .received = received, .timing = timing, .encoded = encoded});
}

void Probe::trace_failure(core::TimePoint received, std::string_view sentence) {
  if (!registry_.tracer().on()) return;
  registry_.tracer().add({.model = model_,
                          .version = version_,
                          .received = received,
                          .timing = {},
                          .encoded = core::now(),
                          .failure = sentence});
}

void Probe::queued(std::ptrdiff_t change) { families_->depth.Increment(static_cast<double>(change)); }

void Probe::queued_of_priority(std::uint32_t level, std::ptrdiff_t change) {
  const std::lock_guard lock(mutex_);
  families_->level_depth(level).Increment(static_cast<double>(change));
}

void Probe::waiting_in_sequences(std::ptrdiff_t change) {
  families_->sequences_waiting.Increment(static_cast<double>(change));
}

void Probe::sequences(std::ptrdiff_t change) { families_->sequences.Increment(static_cast<double>(change)); }

void Probe::instance_busy(int change) { families_->busy.Increment(change); }

void Probe::batch_cost(std::int64_t rows, core::Duration mean) { families_->cost(rows).Set(core::seconds(mean)); }

void Probe::batch_done(const core::Timing& timing) {
  families_->assembly.Observe(core::seconds(timing.assemble));
  families_->compute.Observe(core::seconds(timing.compute));
  families_->rows.Observe(static_cast<double>(timing.batch_rows));
  const auto unix_time = std::chrono::system_clock::now().time_since_epoch();

  const std::lock_guard lock(mutex_);
  ++totals_.execution_count;
  totals_.last_inference_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(unix_time).count());
  const std::int64_t size = batch_size(timing.batch_rows);
  Statistics::Batch& batch = batches_[size];
  batch.rows = size;
  add(batch.compute_input, timing.assemble);
  add(batch.compute_infer, timing.compute);
  add(batch.compute_output, timing.scatter);
}

void Probe::request_done(const core::Result<core::Response>& result, core::Duration total, std::int64_t rows,
                         const core::Timing& timing) {
  if (!result) {
    families_->count(result.error().code());
    const std::lock_guard lock(mutex_);
    add(totals_.fail, total);
    return;
  }
  families_->count_success();
  families_->queue.Observe(core::seconds(timing.queue));

  const std::lock_guard lock(mutex_);
  totals_.inference_count += static_cast<std::uint64_t>(rows);
  add(totals_.success, total);
  add(totals_.queue, timing.queue);
  add(totals_.compute_input, timing.assemble);
  add(totals_.compute_infer, timing.compute);
  add(totals_.compute_output, timing.scatter);
}

void Probe::cache_hit(core::Duration took, core::Duration total) {
  families_->count_success();
  families_->cache_hits.Increment();
  const std::lock_guard lock(mutex_);
  add(totals_.success, total);
  add(totals_.queue, {});
  add(totals_.cache_hit, took);
}

void Probe::cache_miss(core::Duration took) {
  families_->cache_misses.Increment();
  const std::lock_guard lock(mutex_);
  add(totals_.cache_miss, took);
}

void Probe::rejected(core::Code code) {
  families_->count(code);
  const std::lock_guard lock(mutex_);
  add(totals_.fail, {});
}

void Probe::bytes_in(std::size_t bytes) { families_->bytes_in.Increment(static_cast<double>(bytes)); }
void Probe::answered(core::Duration total, std::size_t bytes) {
  families_->request.Observe(core::seconds(total));
  families_->bytes_out.Increment(static_cast<double>(bytes));
}
void Probe::encoded(core::Duration duration) { families_->encode.Observe(core::seconds(duration)); }

Statistics Probe::statistics() const {
  const std::lock_guard lock(mutex_);
  Statistics copy = totals_;
  copy.batches.reserve(batches_.size());
  for (const auto& [rows, batch] : batches_) copy.batches.push_back(batch);
  return copy;
}

}  // namespace slipway::scheduler
