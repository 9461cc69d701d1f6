#include "cli/progress_bar.hpp"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

TEST(ProgressBar, FillsWithThePartDone) {
  EXPECT_EQ(ProgressBar::line(0, "a"), "[························] a");
  EXPECT_EQ(ProgressBar::line(0.5, "b"), "[████████████············] b");
  EXPECT_EQ(ProgressBar::line(7, "c"), "[████████████████████████] c");
}

}  // namespace
}  // namespace slipway::cli
