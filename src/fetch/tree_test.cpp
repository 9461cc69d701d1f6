#include "fetch/tree.hpp"

#include <gtest/gtest.h>

#include <string>

namespace slipway::fetch {
namespace {

TEST(Inside, TakesWhatStaysInItsFolder) {
  EXPECT_EQ(*inside("a/b.onnx"), "a/b.onnx");
  EXPECT_EQ(*inside("./a//b/"), "a/b");
  EXPECT_EQ(*inside("./"), "");
  EXPECT_EQ(*inside("..a/b.."), "..a/b..");
}

TEST(Inside, RefusesTheRest) {
  for (const std::string& bad :
       {std::string("../x"), std::string("/etc/passwd"), std::string("a/../../x"), std::string("a/.."), std::string(),
        std::string("a\0b", 3), std::string("a\nb"), std::string(256, 'x')})
    EXPECT_FALSE(inside(bad)) << bad;
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "a/";
  EXPECT_FALSE(inside(deep));
}

TEST(LinkStaysInside, CountsTheFoldersAboveIt) {
  EXPECT_TRUE(link_stays_inside("a", "b/c"));
  EXPECT_TRUE(link_stays_inside("x/y/a", "../../b"));
  EXPECT_FALSE(link_stays_inside("x/a", "../../b"));
  EXPECT_FALSE(link_stays_inside("a", "/etc"));
  EXPECT_FALSE(link_stays_inside("a", ".."));
  EXPECT_FALSE(link_stays_inside("a", ""));
  EXPECT_FALSE(link_stays_inside("a", "b\nc"));
  // what b is decides where this leads
  EXPECT_FALSE(link_stays_inside("x/a", "b/.."));
}

}  // namespace
}  // namespace slipway::fetch
