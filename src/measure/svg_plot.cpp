#include "measure/svg_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace slipway::measure {

namespace {

constexpr double width = 760;
constexpr double height = 360;
constexpr double left = 64;
constexpr double right = 24;
constexpr double top = 28;
constexpr double bottom = 52;

double x_of(const Plot& plot, double x) {
  return left + (x - plot.x.low) / (plot.x.high - plot.x.low) * (width - left - right);
}
double y_of(const Plot& plot, double y) {
  return height - bottom - (y - plot.y.low) / (plot.y.high - plot.y.low) * (height - top - bottom);
}

/// "12,000", "2.5": round numbers of an axis.
std::string tick_label(double value) {
  std::string text = fmt::format("{:.6g}", value);
  if (text.find_first_of(".e") != std::string::npos) return text;
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

void add_axes(std::string& svg, const Plot& plot) {
  auto out = std::back_inserter(svg);
  for (const PlotAxis::Tick& tick : plot.y.ticks) {
    const double y = y_of(plot, tick.at);
    fmt::format_to(out, R"(<line class="grid" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>)", left, y, width - right, y);
    fmt::format_to(out, R"(<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>)", left - 8, y + 4,
                   escaped(tick.label));
  }
  for (const PlotAxis::Tick& tick : plot.x.ticks) {
    const double x = x_of(plot, tick.at);
    fmt::format_to(out, R"(<line class="grid" x1="{:.1f}" y1="{}" x2="{:.1f}" y2="{}"/>)", x, top, x, height - bottom);
    fmt::format_to(out, R"(<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", x,
                   height - bottom + 18, escaped(tick.label));
  }
  fmt::format_to(out, R"(<text class="title" x="{}" y="{}" text-anchor="middle">{}</text>)", (left + width - right) / 2,
                 height - 10, escaped(plot.x.title));
  fmt::format_to(out,
                 R"svg(<text class="title" transform="translate(14 {}) rotate(-90)" text-anchor="middle">{}</text>)svg",
                 (top + height - bottom) / 2, escaped(plot.y.title));
}

void add_line(std::string& svg, const Plot& plot, const PlotLine& line) {
  auto out = std::back_inserter(svg);
  fmt::format_to(out, R"(<polyline class="line" style="stroke:{}" points=")", escaped(line.colour));
  for (const auto& [x, y] : line.points) fmt::format_to(out, "{:.1f},{:.1f} ", x_of(plot, x), y_of(plot, y));
  svg += R"("/>)";
}

void add_dots(std::string& svg, const Plot& plot, const PlotLine& line) {
  auto out = std::back_inserter(svg);
  for (const PlotLine::Dot& dot : line.dots) {
    const double x = x_of(plot, dot.at.x);
    const double y = y_of(plot, dot.at.y);
    fmt::format_to(out, R"(<g><title>{}</title><circle cx="{:.1f}" cy="{:.1f}" r="12" fill="transparent"/>)",
                   escaped(dot.tip), x, y);
    fmt::format_to(out, R"(<circle class="dot" style="fill:{}" cx="{:.1f}" cy="{:.1f}" r="4"/></g>)",
                   escaped(line.colour), x, y);
    if (dot.label.empty()) continue;
    fmt::format_to(out, R"(<text class="label" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)", x, y - 9,
                   escaped(dot.label));
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    switch (letter) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += letter;
    }
  }
  return safe;
}

PlotAxis linear_axis(std::string title, double most) {
  PlotAxis axis{.title = std::move(title), .low = 0, .high = 1, .ticks = {}};
  if (most <= 0 || !std::isfinite(most)) most = 1;
  constexpr double about = 6;
  const double decade = std::pow(10, std::floor(std::log10(most / about)));
  const double of_decade = most / about / decade;
  const double step = decade * (of_decade <= 1 ? 1 : of_decade <= 2 ? 2 : of_decade <= 5 ? 5 : 10);
  axis.high = std::ceil(most * 1.02 / step) * step;
  const int steps = static_cast<int>(std::lround(axis.high / step));
  for (int i = 0; i <= steps; ++i) axis.ticks.push_back({.at = i * step, .label = tick_label(i * step)});
  return axis;
}

PlotAxis log_axis(std::string title, double least, double most) {
  constexpr double smallest = 1e-6;
  constexpr double room = 1.15;
  least = std::max(least, smallest) / room;
  most = std::max(most * room, least * 2);
  PlotAxis axis{.title = std::move(title), .low = std::log10(least), .high = std::log10(most), .ticks = {}};
  if (axis.high - axis.low < 0.5) {  // 1, 2, 5 could leave one tick or none
    const PlotAxis even = linear_axis("", most);
    for (double step = even.ticks[1].at; axis.ticks.size() < 3; step /= 2) {
      axis.ticks.clear();
      for (int i = static_cast<int>(std::ceil(least / step)); i * step <= most; ++i)
        axis.ticks.push_back({.at = std::log10(i * step), .label = tick_label(i * step)});
    }
    return axis;
  }
  const bool whole_decades = axis.high - axis.low > 3;
  for (int decade = static_cast<int>(std::floor(axis.low)); decade <= static_cast<int>(axis.high); ++decade) {
    for (const int digit : {1, 2, 5}) {
      const double value = digit * std::pow(10, decade);
      if (value < least || value > most || (whole_decades && digit != 1)) continue;
      axis.ticks.push_back({.at = std::log10(value), .label = tick_label(value)});
    }
  }
  return axis;
}

std::string svg_of(const Plot& plot) {
  std::string svg =
      fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">)", width, height, escaped(plot.title));
  add_axes(svg, plot);
  for (const PlotLine& line : plot.lines) add_line(svg, plot, line);
  for (const PlotLine& line : plot.lines) add_dots(svg, plot, line);
  svg += "</svg>";
  return svg;
}

}  // namespace slipway::measure
