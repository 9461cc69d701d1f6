#include "cli/http_client.hpp"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

TEST(HttpClient, TakesAddressesApart) {
  const auto url = parse_url("http://127.0.0.1:8000/v2/models/digits/");
  ASSERT_TRUE(url) << url.error().message();
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->port, 8000);
  EXPECT_EQ(url->path, "/v2/models/digits");
  EXPECT_EQ(parse_url("http://localhost")->port, 80);
  EXPECT_EQ(parse_url("http://[::1]:9000/x")->host, "::1");
  EXPECT_EQ(parse_url("http://[::1]")->host, "::1");
  EXPECT_EQ(parse_url("grpc://localhost", "grpc://")->port, 8001);
}

TEST(HttpClient, RefusesWhatIsNoAddress) {
  EXPECT_FALSE(parse_url("https://localhost"));
  EXPECT_FALSE(parse_url("http://"));
  EXPECT_FALSE(parse_url("http://localhost:0"));
  EXPECT_FALSE(parse_url("http://localhost:70000"));
  EXPECT_FALSE(parse_url("http://localhost:80x"));
  EXPECT_TRUE(looks_like_url("https://localhost"));
  EXPECT_FALSE(looks_like_url("models/http"));
}

TEST(HttpClient, NobodyThereIsUnavailable) {
  // port 1 on loopback: nothing listens there
  const auto answer = http_request({"127.0.0.1", 1, ""}, {.method = "GET", .path = "/v2"}, std::chrono::seconds(5));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), core::Code::unavailable);
  EXPECT_NE(answer.error().message().find("http://127.0.0.1:1/v2"), std::string::npos);
}

}  // namespace
}  // namespace slipway::cli
