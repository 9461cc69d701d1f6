#include "front/http/url.hpp"

#include <gtest/gtest.h>

namespace slipway::front::http {
namespace {

TEST(Url, DecodesPercents) {
  EXPECT_EQ(percent_decoded("/a%20b%2Fc"), "/a b/c");
  EXPECT_EQ(percent_decoded("%C3%A9"), "\xC3\xA9");
  EXPECT_FALSE(percent_decoded("/a%2"));
  EXPECT_FALSE(percent_decoded("/a%zz"));
  EXPECT_FALSE(percent_decoded("/a%00"));
}

}  // namespace
}  // namespace slipway::front::http
