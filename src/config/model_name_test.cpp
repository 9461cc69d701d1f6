#include "config/model_name.hpp"

#include <gtest/gtest.h>

namespace slipway::config {
namespace {

TEST(ModelName, IsOneLine) {
  for (const char* good : {"digits", "my model", "größe-1.2"}) EXPECT_TRUE(is_model_name(good)) << good;
  for (const char* bad : {"", "a/b", "x\nRUN evil", "a\tb", "\x1b[2J", " a", "a ", "a\r"})
    EXPECT_FALSE(is_model_name(bad)) << bad;
}

}  // namespace
}  // namespace slipway::config
