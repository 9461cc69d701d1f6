#include "front/http/socket_handshake.hpp"

#include <gmock/gmock.h>

namespace slipway::front::http {
namespace {

HttpRequest upgrade() {
  HttpRequest request;
  request.path = "/v1/recognize";
  request.headers.add("Host", "here:8000");
  request.headers.add("Connection", "keep-alive, Upgrade");
  request.headers.add("Upgrade", "websocket");
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  request.headers.add("Sec-WebSocket-Version", "13");
  return request;
}

TEST(SocketHandshake, HasWhatTheAnswerIsMadeFrom) {
  const auto handshake = socket_handshake(upgrade());
  ASSERT_TRUE(handshake);
  EXPECT_EQ(handshake->target(), "/v1/recognize");
  EXPECT_EQ((*handshake)["Sec-WebSocket-Key"], "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ((*handshake)["Host"], "here:8000");
}

TEST(SocketHandshake, IsNoneOfAnotherRequest) {
  HttpRequest post = upgrade();
  post.method = Method::post;
  EXPECT_FALSE(socket_handshake(post));
  HttpRequest plain;
  plain.headers.add("Host", "here:8000");
  EXPECT_FALSE(socket_handshake(plain));
  plain.headers.add("Connection", "Upgrade");
  plain.headers.add("Upgrade", "h2c");
  EXPECT_FALSE(socket_handshake(plain));
}

TEST(SocketHandshake, PagesOfThisServerAndOfTheAllowedOriginMayOpenIt) {
  HttpRequest request = upgrade();
  EXPECT_FALSE(is_foreign(request, std::nullopt)) << "no browser";
  request.headers.add("Origin", "http://here:8000");
  EXPECT_FALSE(is_foreign(request, std::nullopt));
  HttpRequest other = upgrade();
  other.headers.add("Origin", "http://there:8000");
  EXPECT_TRUE(is_foreign(other, std::nullopt));
  EXPECT_TRUE(is_foreign(other, "http://elsewhere"));
  EXPECT_FALSE(is_foreign(other, "http://there:8000"));
  EXPECT_FALSE(is_foreign(other, "*"));
}

}  // namespace
}  // namespace slipway::front::http
