#include "front/http/url.hpp"

#include <gtest/gtest.h>

namespace slipway::front::http {
namespace {

TEST(Url, SplitsAQueryIntoItsPairs) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(query_pairs("a=1&b=x%26y+z&c&&d="), (Pairs{{"a", "1"}, {"b", "x&y z"}, {"c", ""}, {"d", ""}}));
  EXPECT_EQ(query_pairs(""), Pairs{});
  EXPECT_FALSE(query_pairs("a=%zz"));
}

}  // namespace
}  // namespace slipway::front::http
