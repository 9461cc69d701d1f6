#include "core/address.hpp"

#include <gtest/gtest.h>

namespace slipway::core {
namespace {

TEST(Address, PutsBracketsAroundIpv6) {
  EXPECT_EQ(host_and_port("127.0.0.1", 8000), "127.0.0.1:8000");
  EXPECT_EQ(host_and_port("localhost", 80), "localhost:80");
  EXPECT_EQ(host_and_port("::1", 8000), "[::1]:8000");
}

}  // namespace
}  // namespace slipway::core
