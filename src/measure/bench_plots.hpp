#pragma once

#include <string>

#include "measure/bench_report.hpp"
#include "measure/svg_plot.hpp"

namespace slipway::measure {

/// The colour of point `index`, as CSS has it: the loads of a sweep are an order, and shades show it. For a page whose
/// style sheet has --low and --high.
std::string colour_of(const BenchResult& result, std::size_t index);

/// Latency by percentile, a line for each load, the percentiles by their number of nines.
Plot percentile_plot(const BenchResult& result);
/// Median and 99th percentile by throughput, a dot for each load. For a page that has --first and --second.
Plot throughput_plot(const BenchResult& result);

}  // namespace slipway::measure
