#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "metrics/retired.hpp"
#include "metrics/tracer.hpp"

namespace prometheus {
class Registry;
}

namespace slipway::metrics {

/// The program's metrics, kept by prometheus-cpp; each room makes its own families in it. And its tracer. Owned by the
/// composition root. Safe from any thread.
///
///   metrics::Registry registry;
///   auto& family = prometheus::BuildCounter().Name("slipway_things_total").Help("…").Register(registry.prometheus());
///   family.Add({{"model", "digits"}}).Increment();
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  prometheus::Registry& prometheus() { return *registry_; }
  Tracer& tracer() { return tracer_; }
  Retired& retired() { return retired_; }

  /// The text format (version 0.0.4) of everything registered, process metrics included.
  std::string text() const;
  static const char* content_type();

  /// What the counters of one family come to, by the values of one of their labels.
  std::map<std::string, double> totals(std::string_view family, std::string_view label) const;

 private:
  std::unique_ptr<prometheus::Registry> registry_;
  Tracer tracer_;
  Retired retired_;
};

}  // namespace slipway::metrics
