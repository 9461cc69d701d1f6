#pragma once

#include <string>

#include "measure/bench_report.hpp"

namespace slipway::measure {

/// A result as one HTML page that needs nothing else: latency by percentile and latency by throughput as
/// inline SVG, and the figures as a table. Follows the reader's light or dark scheme.
std::string bench_html(const BenchResult& result);

}  // namespace slipway::measure
