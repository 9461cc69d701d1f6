#include "cli/sweep.hpp"

#include <gmock/gmock.h>

namespace slipway::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Sweep, TakesListsAndRanges) {
  EXPECT_THAT(*parse_counts("--concurrency", "8", 1000), ElementsAre(8));
  EXPECT_THAT(*parse_counts("--concurrency", "1,32,8", 1000), ElementsAre(1, 32, 8));
  EXPECT_THAT(*parse_counts("--concurrency", "1:9:4", 1000), ElementsAre(1, 5, 9));
  EXPECT_THAT(*parse_counts("--concurrency", "1:32:*2", 1000), ElementsAre(1, 2, 4, 8, 16, 32));
  EXPECT_THAT(*parse_sweep("--rate", "0.5:2:0.5"), ElementsAre(0.5, 1, 1.5, 2));
  EXPECT_EQ(parse_sweep("--rate", "0.1:0.3:0.1")->size(), 3U);
}

TEST(Sweep, SaysWhatIsWrong) {
  for (const char* text : {"", "0", "-1", "x", "8x", "1,,2", "1:2", "1:2:3:4", "9:1:1", "1:9:0", "1:9:*1", "nan",
                           "1:200:1", "2.5", "1001"}) {
    const auto counts = parse_counts("--concurrency", text, 1000);
    ASSERT_FALSE(counts) << text;
    EXPECT_THAT(counts.error().message(), HasSubstr("--concurrency")) << text;
    EXPECT_THAT(counts.error().message(), HasSubstr("expected")) << text;
  }
}

}  // namespace
}  // namespace slipway::cli
