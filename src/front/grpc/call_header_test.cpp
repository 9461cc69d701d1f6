#include "front/grpc/call_header.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace slipway::front::grpc {
namespace {

using namespace std::chrono_literals;

TEST(CallHeader, TimeoutsHaveUnits) {
  EXPECT_EQ(timeout_from("2H"), 2h);
  EXPECT_EQ(timeout_from("3M"), 3min);
  EXPECT_EQ(timeout_from("4S"), 4s);
  EXPECT_EQ(timeout_from("100m"), 100ms);
  EXPECT_EQ(timeout_from("99999999u"), 99'999'999us);
  EXPECT_EQ(timeout_from("0n"), 0ns);
  for (const char* longer : {"99999999H", "2562048H", "99999999M"}) EXPECT_EQ(timeout_from(longer), longest_timeout);
}

TEST(CallHeader, WhatIsNoTimeoutIsNone) {
  for (const char* wrong : {"", "m", "1", "10", "-1m", "+1m", " 1m", "1 m", "1.5S", "1s", "1ms", "123456789m"})
    EXPECT_FALSE(timeout_from(wrong)) << wrong;
}

TEST(CallHeader, AMessageIsPrintable) {
  EXPECT_EQ(percent_encoded("input \"x\": [3] given"), "input \"x\": [3] given");
  EXPECT_EQ(percent_encoded("100%\n\xc3\xa9"), "100%25%0A%C3%A9");
}

TEST(CallHeader, AMessageIsCutToWhatClientsTake) {
  EXPECT_EQ(percent_encoded(std::string(100'000, 'x')).size(), 4094U);
  EXPECT_EQ(percent_encoded(std::string(100'000, '%')).size(), 4095U);
}

}  // namespace
}  // namespace slipway::front::grpc
