#include "cli/duration.hpp"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

using namespace std::chrono_literals;

TEST(Duration, HasAUnitOrIsInSeconds) {
  EXPECT_EQ(*duration_from("5s"), 5s);
  EXPECT_EQ(*duration_from("500ms"), 500ms);
  EXPECT_EQ(*duration_from("2m"), 2min);
  EXPECT_EQ(*duration_from("1.5h"), 90min);
  EXPECT_EQ(*duration_from("0.25"), 250ms);
  EXPECT_EQ(*duration_from("0"), 0ms);
  EXPECT_EQ(*duration_from("24h"), 24h);
}

TEST(Duration, SaysWhatIsNone) {
  for (const char* text : {"", "s", "-1", "5 s", "5d", "nan", "inf", "1e99", "25h", "5s5s", "+5"}) {
    const auto duration = duration_from(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_EQ(duration.error().message(),
              std::string("\"") + text + "\" given; a time up to a day expected, as 5s, 500ms, 2m or seconds alone");
  }
}

}  // namespace
}  // namespace slipway::cli
