#include "cli/fetch_report.hpp"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

using namespace std::chrono_literals;

TEST(FetchReport, SaysHowFarItIs) {
  EXPECT_EQ(FetchReport::progress("m", 12'300'000, 45'600'000, 3s), "m  12.3 of 45.6 MB, 4.1 MB/s, 8 s left");
  EXPECT_EQ(FetchReport::progress("m", 12'300'000, std::nullopt, 3s), "m  12.3 MB, 4.1 MB/s");
  EXPECT_EQ(FetchReport::progress("m", 0, 1'000'000, 500ms), "m  0.0 of 1.0 MB");
  EXPECT_EQ(FetchReport::progress("m", 0, 1'000'000, 5s), "m  0.0 of 1.0 MB, 0.0 MB/s");
}

}  // namespace
}  // namespace slipway::cli
