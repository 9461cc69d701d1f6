#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::measure {

/// `text` where HTML or SVG expects text or an attribute's value.
std::string escaped(std::string_view text);

/// An axis from `low` to `high` in the plot's own coordinates: who wants a logarithmic one takes the logarithm.
struct PlotAxis {
  struct Tick {
    double at = 0;
    std::string label;
  };
  std::string title;
  double low = 0;
  double high = 1;
  std::vector<Tick> ticks;
};

/// From 0 to at least `most`, with ticks at round numbers.
PlotAxis linear_axis(std::string title, double most);
/// From a little below `least` to a little above `most`, both above 0, as log10; ticks at 1, 2 and 5 of each decade, or
/// at 1 alone over more than three decades.
PlotAxis log_axis(std::string title, double least, double most);

struct PlotLine {
  struct Point {
    double x = 0;
    double y = 0;
  };
  /// A point with a dot, a text that appears over it, and perhaps one beside it.
  struct Dot {
    Point at;
    std::string tip;
    std::string label;
  };
  std::string colour;  ///< as CSS has it
  std::vector<Point> points;
  std::vector<Dot> dots;
};

struct Plot {
  std::string title;  ///< for those who cannot see it
  PlotAxis x;
  PlotAxis y;
  std::vector<PlotLine> lines;
};

/// The plot as an <svg> element for a page whose style sheet has the classes grid, tick, title, line, dot and label.
std::string svg_of(const Plot& plot);

}  // namespace slipway::measure
