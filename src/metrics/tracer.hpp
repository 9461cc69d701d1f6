#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "metrics/trace_settings.hpp"

namespace slipway::metrics {

/// What is known of one request that was answered.
struct Trace {
  std::string_view model;
  std::string_view version;
  core::TimePoint received;
  core::Timing timing;
  core::TimePoint encoded;
  std::string_view failure{};  ///< the sentence that it was answered with in place of outputs: it has no timing then
};

/// Traces that belong into one file, each as a JSON object; behind those that it has already.
struct TraceChunk {
  std::string file;  ///< its name
  std::vector<std::string> traces;
};

/// Takes one request of so many, with the times of its stages, and hands them on in chunks. Which and how many is said
/// for all models and for each by itself, and may change while requests run. Owned by the registry of metrics; safe
/// from any thread. Costs a look at a flag where nothing is traced.
///
///   tracer.write_to([&](TraceChunk chunk) { … });
///   TRY_VOID(tracer.update("", {{"trace_level", {"TIMESTAMPS"}}, {"trace_rate", {"1"}}}));
///   if (tracer.on()) tracer.add(trace);
class Tracer {
 public:
  /// Takes the chunks; called under a lock, must not block nor come back.
  using Sink = std::move_only_function<void(TraceChunk)>;

  /// From now on there is somewhere to write to; before the first request.
  void write_to(Sink sink);
  bool can_write() const;

  TraceSettings settings(std::string_view model) const;
  /// Changes what is said of `model`, or of all for "", counts anew, and hands on what was collected. invalid_argument
  /// as changed(); failed_precondition for timestamps that have nowhere to go.
  core::Result<TraceSettings> update(std::string_view model, const TraceChanges& changes);

  /// Whether anything is traced.
  bool on() const { return on_.load(std::memory_order_relaxed); }
  void add(const Trace& trace);

  /// Hands on what was collected, and takes no more.
  void finish();

 private:
  struct Scope {
    TraceOverrides overrides;
    std::uint64_t seen = 0;
    std::int64_t taken = 0;
  };
  struct Collected {
    std::vector<std::string> traces;
    std::uint64_t chunks = 0;  ///< handed on in files of their own
    bool numbered = false;     ///< each chunk has a file of its own
  };
  // with mutex_ held
  TraceSettings effective(std::string_view model) const;
  void collect(const TraceSettings& settings, std::string trace, bool last);
  void hand_on(const std::string& file, Collected& collected);
  void hand_on_all();
  void look_again();

  std::atomic<bool> on_ = false;
  mutable std::mutex mutex_;
  Sink sink_;
  Scope all_;
  std::map<std::string, Scope, std::less<>> models_;  ///< those of which something is said
  std::map<std::string, Collected> collected_;        ///< by trace_file
  std::uint64_t next_id_ = 1;
};

}  // namespace slipway::metrics
