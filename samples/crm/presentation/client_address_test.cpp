#include "presentation/client_address.hpp"

#include <gmock/gmock.h>

namespace crm {
namespace {

TEST(ClientAddress, BelievesNobodyUnlessToldTo) {
  EXPECT_EQ(client_address("1.2.3.4", "5.6.7.8", {}), "1.2.3.4");
  EXPECT_EQ(client_address("1.2.3.4", "5.6.7.8", {"10.0.0.0/8"}), "1.2.3.4");
}

TEST(ClientAddress, IsTheLastThatIsNoProxy) {
  const std::vector<std::string> trusted = {"10.0.0.0/8", "fd00::/8", "192.168.1.1"};
  EXPECT_EQ(client_address("10.0.0.7", "1.2.3.4", trusted), "1.2.3.4");
  EXPECT_EQ(client_address("192.168.1.1", "9.9.9.9, 1.2.3.4 ,10.1.1.1", trusted), "1.2.3.4") << "the first is a claim";
  EXPECT_EQ(client_address("fd00::1", "2001:db8::5", trusted), "2001:db8::5");
  EXPECT_EQ(client_address("::ffff:10.0.0.7", "1.2.3.4", trusted), "1.2.3.4");
  EXPECT_EQ(client_address("192.168.1.2", "1.2.3.4", trusted), "192.168.1.2");
}

TEST(ClientAddress, IsTheProxyWhereItTellsNoAddress) {
  const std::vector<std::string> trusted = {"10.0.0.7"};
  EXPECT_EQ(client_address("10.0.0.7", "", trusted), "10.0.0.7");
  EXPECT_EQ(client_address("10.0.0.7", "unknown", trusted), "10.0.0.7");
  EXPECT_EQ(client_address("10.0.0.7", "1.2.3.4, x", trusted), "10.0.0.7");
  EXPECT_EQ(client_address("10.0.0.7", " , ", trusted), "10.0.0.7");
}

TEST(ClientAddress, KnowsAddressesAndNetworks) {
  for (const auto* text : {"10.0.0.7", "10.0.0.0/8", "::1", "fd00::/8"}) EXPECT_TRUE(is_network(text)) << text;
  for (const auto* text : {"", "proxy", "10.0.0.0/33", "10.0.0", "fd00::/200"}) EXPECT_FALSE(is_network(text)) << text;
}

}  // namespace
}  // namespace crm
