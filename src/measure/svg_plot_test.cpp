#include "measure/svg_plot.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace slipway::measure {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> labels(const PlotAxis& axis) {
  std::vector<std::string> found;
  for (const auto& tick : axis.ticks) found.push_back(tick.label);
  return found;
}

TEST(SvgPlot, LinearTicksAreRoundAndReachBeyondTheMost) {
  EXPECT_THAT(labels(linear_axis("", 50'402)),
              ElementsAre("0", "10,000", "20,000", "30,000", "40,000", "50,000", "60,000"));
  EXPECT_THAT(labels(linear_axis("", 0.9)), ElementsAre("0", "0.2", "0.4", "0.6", "0.8", "1"));
  EXPECT_GE(linear_axis("", 7).high, 7);
  EXPECT_FALSE(labels(linear_axis("", 0)).empty());
}

TEST(SvgPlot, LogTicksAreOneTwoFive) {
  EXPECT_THAT(labels(log_axis("", 0.05, 0.9)), ElementsAre("0.05", "0.1", "0.2", "0.5", "1"));
  EXPECT_THAT(labels(log_axis("", 0.05, 900)), ElementsAre("0.1", "1", "10", "100", "1,000"));
  EXPECT_THAT(labels(log_axis("", 2.6, 3)), ElementsAre("2.5", "3", "3.5", "4", "4.5"));
  EXPECT_LT(log_axis("", 3, 3).low, log_axis("", 3, 3).high);
}

TEST(SvgPlot, PutsPointsWhereTheyBelong) {
  Plot plot;
  plot.x = {.title = "x", .low = 0, .high = 1, .ticks = {}};
  plot.y = {.title = "y", .low = 0, .high = 1, .ticks = {}};
  plot.lines.push_back({.colour = "red", .points = {{.x = 0, .y = 0}, {.x = 1, .y = 1}}, .dots = {}});
  // the corners of the plot's area, upside down as SVG counts
  EXPECT_THAT(svg_of(plot), HasSubstr("64.0,308.0 736.0,28.0"));
}

TEST(SvgPlot, EscapesWhatIsNotItsOwn) {
  Plot plot;
  plot.title = R"(<script>"&)";
  plot.lines.push_back({.colour = "red", .points = {}, .dots = {{.at = {}, .tip = "<b>", .label = "<i>"}}});
  EXPECT_THAT(svg_of(plot), HasSubstr("&lt;script&gt;&quot;&amp;"));
  EXPECT_THAT(svg_of(plot), Not(HasSubstr("<b>")));
  EXPECT_THAT(svg_of(plot), Not(HasSubstr("<i>")));
}

}  // namespace
}  // namespace slipway::measure
