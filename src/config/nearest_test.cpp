#include "config/nearest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace slipway::config {
namespace {

constexpr std::array<std::string_view, 3> words{"instances", "threads", "name"};

TEST(Nearest, FindsWhatWasMistyped) {
  EXPECT_EQ(nearest("instanzes", words), "instances");
  EXPECT_EQ(nearest("thread", words), "threads");
  EXPECT_EQ(nearest("nmae", words), "name");
}

TEST(Nearest, FindsNothingFarAway) {
  EXPECT_FALSE(nearest("colour", words));
  EXPECT_FALSE(nearest("", words));
  EXPECT_FALSE(nearest(std::string(100, 'n'), words));
  EXPECT_FALSE(nearest("name", {}));
}

}  // namespace
}  // namespace slipway::config
