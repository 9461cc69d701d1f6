#include "measure/bench_plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace slipway::measure {

namespace {

double ms(core::Duration duration) { return core::seconds(duration) * 1e3; }

/// Where a percentile stands: 90 at 1, 99 at 2, 99.9 at 3.
double nines_of(double percent) { return -std::log10(1 - percent / 100); }
double percent_of(double nines) { return 100 * (1 - std::pow(10, -nines)); }

double log_ms(core::Duration latency) { return std::log10(std::max(ms(latency), 1e-6)); }

PlotAxis latency_axis(const BenchResult& result) {
  double least = std::numeric_limits<double>::max();
  double most = 0;
  for (const Point& point : result.points) {
    const LatencyHistogram& latency = point.result.tally.latency;
    if (latency.count() == 0) continue;
    least = std::min(least, ms(latency.min()));
    most = std::max(most, ms(latency.max()));
  }
  return most == 0 ? log_axis("latency, ms", 1, 10) : log_axis("latency, ms", least, most);
}

std::string short_name(const Load& load) {
  return load.loop == Loop::closed ? grouped(load.clients) : grouped(load.rate) + "/s";
}

PlotLine percentile_line(const Point& point, const PlotAxis& x) {
  constexpr double step = 0.04;
  const LatencyHistogram& latency = point.result.tally.latency;
  PlotLine line;
  // beyond one request in all that were counted there is nothing to show
  const double end = std::log10(static_cast<double>(latency.count()));
  const int steps = static_cast<int>(end / step);
  line.points.reserve(static_cast<std::size_t>(steps) + 2);
  for (int i = 0; i <= steps; ++i)
    line.points.push_back({.x = i * step, .y = log_ms(latency.percentile(percent_of(i * step)))});
  line.points.push_back({.x = end, .y = log_ms(latency.max())});
  for (const PlotAxis::Tick& tick : x.ticks) {
    if (tick.at > end) continue;
    const core::Duration at = latency.percentile(percent_of(tick.at));
    line.dots.push_back(
        {.at = {.x = tick.at, .y = log_ms(at)},
         .tip = fmt::format("{}: {} % within {} ms", describe(point.load), tick.label, milliseconds(at)),
         .label = {}});
  }
  return line;
}

PlotLine throughput_line(const BenchResult& result, double percent, std::string colour, bool labelled) {
  PlotLine line{.colour = std::move(colour), .points = {}, .dots = {}};
  for (const Point& point : result.points) {
    const LatencyHistogram& latency = point.result.tally.latency;
    if (latency.count() == 0) continue;
    const core::Duration at = latency.percentile(percent);
    line.points.push_back({.x = point.result.throughput(), .y = log_ms(at)});
    line.dots.push_back({.at = line.points.back(),
                         .tip = fmt::format("{}: {}/s, p{} {} ms", describe(point.load),
                                            grouped(point.result.throughput()), percent, milliseconds(at)),
                         .label = labelled ? short_name(point.load) : ""});
  }
  return line;
}

}  // namespace

std::string colour_of(const BenchResult& result, std::size_t index) {
  const std::size_t last = std::max<std::size_t>(result.points.size(), 2) - 1;
  const std::size_t percent = result.points.size() == 1 ? 50 : index * 100 / last;
  return fmt::format("color-mix(in oklab, var(--high) {}%, var(--low))", percent);
}

Plot percentile_plot(const BenchResult& result) {
  Plot plot{.title = "latency by percentile", .x = {}, .y = latency_axis(result), .lines = {}};
  std::uint64_t most = 10;
  for (const Point& point : result.points) most = std::max(most, point.result.tally.latency.count());
  plot.x = {.title = "percentile", .low = 0, .high = std::log10(static_cast<double>(most)), .ticks = {}};
  constexpr std::array ticks{0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999, 99.9999};
  for (const double percent : ticks) {
    if (nines_of(percent) <= plot.x.high)
      plot.x.ticks.push_back({.at = nines_of(percent), .label = fmt::format("{}", percent)});
  }
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    if (result.points[i].result.tally.latency.count() == 0) continue;
    plot.lines.push_back(percentile_line(result.points[i], plot.x));
    plot.lines.back().colour = colour_of(result, i);
  }
  return plot;
}

Plot throughput_plot(const BenchResult& result) {
  double most = 0;
  for (const Point& point : result.points) most = std::max(most, point.result.throughput());
  Plot plot{.title = "latency by throughput",
            .x = linear_axis("answers a second", most),
            .y = latency_axis(result),
            .lines = {}};
  plot.lines.push_back(throughput_line(result, 50, "var(--first)", false));
  plot.lines.push_back(throughput_line(result, 99, "var(--second)", true));
  double least_ms = std::numeric_limits<double>::max();
  double most_ms = 0;
  for (const PlotLine& line : plot.lines) {
    for (const auto& [x, y] : line.points) {
      least_ms = std::min(least_ms, std::pow(10, y));
      most_ms = std::max(most_ms, std::pow(10, y));
    }
  }
  if (most_ms > 0) plot.y = log_axis("latency, ms", least_ms, most_ms);
  return plot;
}

}  // namespace slipway::measure
