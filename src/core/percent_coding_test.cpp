#include "core/percent_coding.hpp"

#include <gtest/gtest.h>

namespace slipway::core {
namespace {

TEST(PercentCoding, Decodes) {
  EXPECT_EQ(percent_decoded("/a%20b%2Fc"), "/a b/c");
  EXPECT_EQ(percent_decoded("%C3%A9"), "\xC3\xA9");
  EXPECT_FALSE(percent_decoded("/a%2"));
  EXPECT_FALSE(percent_decoded("/a%zz"));
  EXPECT_FALSE(percent_decoded("/a%00"));
}

TEST(PercentCoding, MakesASegmentOfAPath) {
  EXPECT_EQ(path_segment("my model-1.0_~"), "my%20model-1.0_~");
  EXPECT_EQ(path_segment("a/{b}%"), "a%2F%7Bb%7D%25");
  EXPECT_EQ(percent_decoded(path_segment("\xC3\xA9 ?#")), "\xC3\xA9 ?#");
}

}  // namespace
}  // namespace slipway::core
