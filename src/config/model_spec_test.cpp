#include "config/model_spec.hpp"

#include <gmock/gmock.h>

namespace slipway::config {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Merge, WhatIsSaidLaterWins) {
  ModelSpec base;
  base.name = "a";
  base.instances = 1;
  base.threads = 4;
  base.backend_options = {{"x", "1"}, {"y", "2"}};
  ModelSpec over;
  over.instances = 3;
  over.backend_options = {{"y", "3"}, {"z", "4"}};
  const ModelSpec merged = merge(base, over);
  EXPECT_EQ(merged.name, "a");
  EXPECT_EQ(merged.instances, 3U);
  EXPECT_EQ(merged.threads, 4U);
  EXPECT_FALSE(merged.backend);
  EXPECT_THAT(merged.backend_options, ElementsAre(Pair("x", "1"), Pair("y", "3"), Pair("z", "4")));
}

}  // namespace
}  // namespace slipway::config
