#include "cli/port.hpp"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

TEST(Port, IsDecimal) {
  EXPECT_EQ(*port_from("0"), 0);
  EXPECT_EQ(*port_from("8000"), 8000);
  EXPECT_EQ(*port_from("010"), 10);
  EXPECT_EQ(*port_from("65535"), 65535);
}

TEST(Port, SaysWhatIsNone) {
  for (const char* text : {"", "70000", "65536", "abc", "none", "-1", "+1", "0x10", "80 ", " 80", "8.0"}) {
    const auto port = port_from(text);
    ASSERT_FALSE(port) << text;
    EXPECT_EQ(port.error().message(), std::string("\"") + text + "\" given; a port from 0 to 65535 expected");
  }
}

}  // namespace
}  // namespace slipway::cli
