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

TEST(Url, SplitsAQueryIntoItsPairs) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(query_pairs("a=1&b=x%26y+z&c&&d="), (Pairs{{"a", "1"}, {"b", "x&y z"}, {"c", ""}, {"d", ""}}));
  EXPECT_EQ(query_pairs(""), Pairs{});
  EXPECT_FALSE(query_pairs("a=%zz"));
}

}  // namespace
}  // namespace slipway::front::http
