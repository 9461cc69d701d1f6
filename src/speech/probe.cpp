#include "speech/probe.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace slipway::speech {

namespace {

const prometheus::Histogram::BucketBoundaries ratio_buckets{0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3,
                                                            0.5,  0.75, 1,    1.5, 2,    5};
const prometheus::Histogram::BucketBoundaries text_buckets{0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7,
                                                           1,    1.5, 2,   5,   10,  30,  60};
/// How much of what is known the newest run changes.
constexpr double weight = 0.2;

prometheus::Histogram& histogram(metrics::Registry& metrics, const char* name, const char* help,
                                 const std::string& model, const prometheus::Histogram::BucketBoundaries& buckets) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(metrics.prometheus())
      .Add({{"model", model}}, buckets);
}

}  // namespace

Probe::Probe(metrics::Registry& metrics, const std::string& model)
    : sound_(prometheus::BuildCounter()
                 .Name("slipway_speech_sound_seconds_total")
                 .Help("Sound that was taken on.")
                 .Register(metrics.prometheus())
                 .Add({{"model", model}})),
      words_(prometheus::BuildCounter()
                 .Name("slipway_speech_words_total")
                 .Help("Words that were answered.")
                 .Register(metrics.prometheus())
                 .Add({{"model", model}})),
      sessions_(prometheus::BuildGauge()
                    .Name("slipway_speech_sessions_open")
                    .Help("Live sessions that are open.")
                    .Register(metrics.prometheus())
                    .Add({{"model", model}})),
      real_time_factor_(histogram(metrics, "slipway_speech_real_time_factor",
                                  "Seconds computed for a second of sound, of each run.", model, ratio_buckets)),
      first_text_(histogram(metrics, "slipway_speech_first_text_seconds",
                            "Until the first text, since a recording had come or a stream's voice was heard.", model,
                            text_buckets)),
      final_text_(histogram(metrics, "slipway_speech_final_text_seconds",
                            "Until the final text, since a recording had come or a stream's phrase had ended.", model,
                            text_buckets)) {}

void Probe::sound(double seconds) { sound_.Increment(seconds); }

void Probe::heard(double sound_seconds, double compute_seconds) {
  if (sound_seconds <= 0) return;
  const double factor = compute_seconds / sound_seconds;
  real_time_factor_.Observe(factor);
  const std::scoped_lock lock(mutex_);
  recent_ += weight * (factor - recent_);
}

void Probe::words(std::size_t count) { words_.Increment(static_cast<double>(count)); }
void Probe::first_text(core::Duration after) { first_text_.Observe(core::seconds(after)); }
void Probe::final_text(core::Duration after) { final_text_.Observe(core::seconds(after)); }
void Probe::session(int change) { sessions_.Increment(change); }

double Probe::real_time_factor() const {
  const std::scoped_lock lock(mutex_);
  return recent_;
}

std::shared_ptr<Probe> Probes::of(const std::string& model) {
  const std::scoped_lock lock(mutex_);
  auto& probe = probes_[model];
  if (!probe) probe = std::make_shared<Probe>(metrics_, model);
  return probe;
}

}  // namespace slipway::speech
