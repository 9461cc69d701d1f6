#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "metrics/registry.hpp"

namespace slipway::scheduler {

/// A count and the time it took in all, as the statistics extension of the Open Inference Protocol has them.
struct DurationStat {
  std::uint64_t count = 0;
  std::uint64_t ns = 0;
};

/// What /v2/models/NAME/versions/V/stats tells, at one moment.
struct Statistics {
  std::uint64_t inference_count = 0;    ///< rows inferred
  std::uint64_t execution_count = 0;    ///< batches run
  std::uint64_t last_inference_ms = 0;  ///< Unix time in milliseconds; 0: never
  DurationStat success, fail, queue, compute_input, compute_infer, compute_output;
  DurationStat cache_hit, cache_miss;  ///< looking an answer up, and for a miss keeping it
  struct Batch {
    std::int64_t rows = 0;
    DurationStat compute_input, compute_infer, compute_output;
  };
  std::vector<Batch> batches;  ///< by rows, ascending; beyond 64 rows by powers of two
};

/// The measurements of one model version: Prometheus families under `slipway_*{model,version}` and the protocol's
/// statistics. Outlives the scheduler that writes it. Safe from any thread.
///
/// The families belong to `registry`, which outlives the probe. A version that is loaded again goes on with the
/// counters it had, as Prometheus expects of a counter, unless many others went since (metrics/retired.hpp); its
/// statistics begin anew.
class Probe {
 public:
  Probe(metrics::Registry& registry, const std::string& model, const std::string& version);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  void queued(std::ptrdiff_t change);  ///< of the number that wait in the queue
  void queued_of_priority(std::uint32_t level, std::ptrdiff_t change);
  void waiting_in_sequences(std::ptrdiff_t change);  ///< of the number that wait for the one before them
  void sequences(std::ptrdiff_t change);             ///< of the number that are open
  void instance_busy(int change);                    ///< +1 or -1
  void batch_done(const core::Timing& timing);       ///< once a batch that ran
  /// What a batch of up to `rows` rows, a power of two, costs of late.
  void batch_cost(std::int64_t rows, core::Duration mean);
  /// Once a request, at its completion: the outcome and its time since it was received.
  void request_done(const core::Result<core::Response>& result, core::Duration total, std::int64_t rows,
                    const core::Timing& timing);
  /// Of a model that asks for the response cache. A hit `took` so long to look up, and is a request that was answered
  /// well, `total` after it was received, for which nothing was run: it counts in success and, as Triton's does, in
  /// queue.
  void cache_hit(core::Duration took, core::Duration total);
  void cache_miss(core::Duration took);
  /// A request that was refused before it came to the queue.
  void rejected(core::Code code);
  void bytes_in(std::size_t bytes);
  /// Once a request, by the front, when its answer was encoded: the whole time since its first byte came, and the
  /// answer's size. Refusals count too.
  void answered(core::Duration total, std::size_t bytes);
  void encoded(core::Duration duration);
  /// Once a request that was answered well, when its answer was encoded: for the tracer.
  void trace(core::TimePoint received, const core::Timing& timing, core::TimePoint encoded);
  /// Once a request that was answered with an error: likewise, now.
  void trace_failure(core::TimePoint received, std::string_view sentence);

  Statistics statistics() const;

 private:
  struct Families;
  std::string key() const;  ///< under which its metrics are let go of
  metrics::Registry& registry_;
  std::string model_;
  std::string version_;
  std::unique_ptr<Families> families_;  ///< its maps under mutex_
  mutable std::mutex mutex_;
  Statistics totals_;
  std::map<std::int64_t, Statistics::Batch> batches_;
};

}  // namespace slipway::scheduler
