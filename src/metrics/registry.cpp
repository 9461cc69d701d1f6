#include "metrics/registry.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "metrics/process.hpp"

namespace slipway::metrics {

Registry::Registry() : registry_(std::make_unique<prometheus::Registry>()) {}
Registry::~Registry() = default;

std::string Registry::text() const {
  auto families = registry_->Collect();
  auto process = Process().Collect();
  families.insert(families.end(), std::make_move_iterator(process.begin()), std::make_move_iterator(process.end()));
  return prometheus::TextSerializer().Serialize(families);
}

std::map<std::string, double> Registry::totals(std::string_view family, std::string_view label) const {
  std::map<std::string, double> sums;
  for (const prometheus::MetricFamily& found : registry_->Collect()) {
    if (found.name != family) continue;
    for (const prometheus::ClientMetric& metric : found.metric) {
      const auto with = std::ranges::find(metric.label, label, &prometheus::ClientMetric::Label::name);
      if (with != metric.label.end()) sums[with->value] += metric.counter.value;
    }
  }
  return sums;
}

const char* Registry::content_type() { return "text/plain; version=0.0.4; charset=utf-8"; }

}  // namespace slipway::metrics
