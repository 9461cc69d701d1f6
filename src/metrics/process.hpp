#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

namespace slipway::metrics {

/// What the kernel says of this process, read anew at each scrape: resident memory, processor time, start, open files,
/// and which Slipway this is. Stateless; safe from any thread.
class Process : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace slipway::metrics
