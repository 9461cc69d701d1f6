#include "metrics/tracer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <iterator>
#include <utility>

namespace slipway::metrics {

namespace {

/// Handed on after so many where one file has them all.
constexpr std::size_t chunk_traces_max = 1024;
/// Names of files of one run; traces for more are dropped.
constexpr std::size_t files_max = 1024;

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

/// One trace as Triton's trace files have it, with the error of one that failed; times are those of the steady clock.
std::string json_of(const Trace& trace, std::uint64_t id) {
  const core::Timing& timing = trace.timing;
  const core::TimePoint gathered = timing.taken + timing.assemble;
  const core::TimePoint computed = gathered + timing.compute;
  const std::array<std::pair<const char*, core::TimePoint>, 7> stages{{{"REQUEST_START", trace.received},
                                                                       {"QUEUE_START", timing.taken - timing.queue},
                                                                       {"COMPUTE_START", timing.taken},
                                                                       {"COMPUTE_INPUT_END", gathered},
                                                                       {"COMPUTE_OUTPUT_START", computed},
                                                                       {"COMPUTE_END", computed + timing.scatter},
                                                                       {"REQUEST_END", trace.encoded}}};
  const bool failed = !trace.failure.empty();
  std::string out =
      fmt::format(R"({{"id":{},"model_name":{},"model_version":{},)", id, quoted(trace.model), trace.version);
  if (failed) fmt::format_to(std::back_inserter(out), R"("error":{},)", quoted(trace.failure));
  out += R"("timestamps":[)";
  for (const auto& stage : stages) {
    const auto& [name, time] = stage;
    if (failed && &stage != &stages.front() && &stage != &stages.back()) continue;
    if (out.back() == '}') out += ',';
    fmt::format_to(std::back_inserter(out), R"({{"name":"{}","ns":{}}})", name,
                   core::nanoseconds(time.time_since_epoch()));
  }
  return out + "]}";
}

}  // namespace

void Tracer::write_to(Sink sink) {
  const std::lock_guard lock(mutex_);
  sink_ = std::move(sink);
}

bool Tracer::can_write() const {
  const std::lock_guard lock(mutex_);
  return static_cast<bool>(sink_);
}

TraceSettings Tracer::effective(std::string_view model) const {
  TraceSettings settings = over({}, all_.overrides);
  const auto own = models_.find(model);
  return own == models_.end() ? settings : over(std::move(settings), own->second.overrides);
}

TraceSettings Tracer::settings(std::string_view model) const {
  const std::lock_guard lock(mutex_);
  return effective(model);
}

core::Result<TraceSettings> Tracer::update(std::string_view model, const TraceChanges& changes) {
  const std::lock_guard lock(mutex_);
  const auto own = models_.find(model);
  TraceOverrides said = model.empty() ? all_.overrides : TraceOverrides();
  if (own != models_.end()) said = own->second.overrides;
  TRY(said, changed(std::move(said), changes));
  if (said.timestamps.value_or(false) && !sink_) {
    return core::fail(core::Code::failed_precondition,
                      R"(trace setting "trace_level": traces have nowhere to go; start the server with )"
                      "--trace-dir FOLDER to allow TIMESTAMPS");
  }
  hand_on_all();
  if (model.empty()) {
    all_ = {.overrides = std::move(said), .seen = 0, .taken = 0};
  } else if (said.says_nothing()) {
    if (own != models_.end()) models_.erase(own);
  } else {
    models_[std::string(model)] = {.overrides = std::move(said), .seen = 0, .taken = 0};
  }
  look_again();
  return effective(model);
}

void Tracer::look_again() {
  const bool any = all_.overrides.timestamps.value_or(false) || std::ranges::any_of(models_, [](const auto& scope) {
                     return scope.second.overrides.timestamps.value_or(false);
                   });
  on_.store(any && sink_, std::memory_order_relaxed);
}

void Tracer::add(const Trace& trace) {
  const std::lock_guard lock(mutex_);
  const TraceSettings settings = effective(trace.model);
  if (!settings.timestamps || !sink_) return;
  const auto own = models_.find(trace.model);
  Scope& scope = own == models_.end() ? all_ : own->second;
  if (scope.seen++ % settings.rate != 0) return;
  if (settings.count >= 0 && scope.taken >= settings.count) return;
  ++scope.taken;
  collect(settings, json_of(trace, next_id_++), scope.taken == settings.count);
}

void Tracer::collect(const TraceSettings& settings, std::string trace, bool last) {
  if (collected_.size() >= files_max && !collected_.contains(settings.file)) return;
  Collected& collected = collected_[settings.file];
  collected.numbered = settings.log_frequency != 0;
  collected.traces.push_back(std::move(trace));
  if (last || collected.traces.size() >= (collected.numbered ? settings.log_frequency : chunk_traces_max))
    hand_on(settings.file, collected);
}

void Tracer::hand_on(const std::string& file, Collected& collected) {
  if (collected.traces.empty() || !sink_) return;
  sink_({.file = collected.numbered ? fmt::format("{}.{}", file, collected.chunks++) : file,
         .traces = std::exchange(collected.traces, {})});
}

void Tracer::hand_on_all() {
  for (auto& [file, collected] : collected_) hand_on(file, collected);
}

void Tracer::finish() {
  const std::lock_guard lock(mutex_);
  hand_on_all();
  sink_ = nullptr;
  look_again();
}

}  // namespace slipway::metrics
