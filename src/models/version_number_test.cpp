#include "models/version_number.hpp"

#include <gtest/gtest.h>

namespace slipway::models {
namespace {

TEST(VersionNumber, IsDecimalFromOne) {
  EXPECT_EQ(version_number("1"), 1);
  EXPECT_EQ(version_number("20261124"), 20261124);
  EXPECT_EQ(version_number("9223372036854775807"), 9223372036854775807);
  for (const char* text : {"", "0", "01", "-1", "+1", " 1", "1 ", "1a", "1.0", "one", "9223372036854775808"}) {
    EXPECT_EQ(version_number(text), 0) << text;
  }
}

}  // namespace
}  // namespace slipway::models
