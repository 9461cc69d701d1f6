#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/clock.hpp"
#include "metrics/registry.hpp"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace slipway::speech {

/// The metrics of one speech model, and how fast it has been of late. Safe from any thread.
class Probe {
 public:
  Probe(metrics::Registry& metrics, const std::string& model);

  void sound(double seconds);  ///< of recordings and streams taken on
  void heard(double sound_seconds, double compute_seconds);
  void words(std::size_t count);
  void first_text(core::Duration after);  ///< since the recording had come, or the voice of a stream
  void final_text(core::Duration after);  ///< since the recording had come, or the end of a stream's phrase
  void session(int change);               ///< one more open, or one less

  /// Seconds that the model computes for one second of sound, of late; 0.2 before it has run.
  double real_time_factor() const;

 private:
  prometheus::Counter& sound_;
  prometheus::Counter& words_;
  prometheus::Gauge& sessions_;
  prometheus::Histogram& real_time_factor_;
  prometheus::Histogram& first_text_;
  prometheus::Histogram& final_text_;
  mutable std::mutex mutex_;
  double recent_ = 0.2;
};

/// The probe of each model, made when it is first asked for.
class Probes {
 public:
  explicit Probes(metrics::Registry& metrics) : metrics_(metrics) {}
  std::shared_ptr<Probe> of(const std::string& model);

 private:
  metrics::Registry& metrics_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Probe>> probes_;  ///< shared with requests that outlive the service
};

}  // namespace slipway::speech
