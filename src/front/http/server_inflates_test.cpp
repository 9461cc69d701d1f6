#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "front/compression.hpp"
#include "front/http/server.hpp"
#include "front/http/test_connection.hpp"
#include "front/http/test_server.hpp"

namespace slipway::front::http {
namespace {

/// A request whose body packs so well that it comes in one read.
std::string packed_request(const std::string& path, std::size_t bytes) {
  std::vector<core::Buffer> parts;
  parts.push_back(core::Buffer::copy_of(std::string_view(std::string(bytes, '0'))));
  const core::Buffer packed = compress(parts, Coding::gzip);
  return "POST " + path +
         " HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(packed.size()) + "\r\n" +
         closing + std::string(packed.text());
}

using Paths = std::vector<std::string>;

/// A server of one thread that keeps the order in which requests come to be handled.
class HttpServerInflates : public HttpServer {
 protected:
  static constexpr std::size_t large = 8U << 20U;

  HttpServerInflates() {
    options_.threads = 1;
    options_.max_request_bytes = large;
    for (const char* path : {"/first", "/second", "/third"}) {
      router_.add(Method::post, path, [this](HttpRequest request, Responder respond) {
        handled_.push_back(request.path);
        respond(HttpResponse::json(std::to_string(request.body.size())));
      });
    }
  }

  /// One whose connection has been taken.
  std::unique_ptr<Client> client() {
    auto taken = std::make_unique<Client>(server_->port());
    taken->send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    taken->wait_for("hello");
    return taken;
  }

  /// In which order a large body and a request that comes behind it, whose body has so many bytes, are handled.
  Paths handled_behind_a_large_one(const std::string& request, std::size_t bytes) {
    start();
    const auto one = client();
    const auto other = client();
    const auto holder = hold_a_thread();
    one->send(packed_request("/first", large));
    other->send(request);
    go_on_.count_down();
    EXPECT_TRUE(one->rest().ends_with(std::to_string(large)));
    EXPECT_TRUE(other->rest().ends_with("\r\n\r\n" + std::to_string(bytes)));
    return handled_;
  }

  Paths handled_;
};

TEST_F(HttpServerInflates, ServesOthersMeanwhile) {
  const std::string empty = "POST /second HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + std::string(closing);
  EXPECT_EQ(handled_behind_a_large_one(empty, 0), (Paths{"/second", "/first"}));
}

TEST_F(HttpServerInflates, OneLargeBodyAfterTheOther) {
  EXPECT_EQ(handled_behind_a_large_one(packed_request("/second", large / 4), large / 4), (Paths{"/first", "/second"}));
}

TEST_F(HttpServerInflates, ASmallBodyWaitsForNoLargeOne) {
  EXPECT_EQ(handled_behind_a_large_one(packed_request("/second", 100'000), 100'000), (Paths{"/second", "/first"}));
}

TEST_F(HttpServerInflates, AndGoesOnBehindADamagedBodyThatHasComeWhole) {
  start();
  const std::string answers =
      ask("POST /first HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"
          "GET /hello HTTP/1.1\r\nHost: x\r\n" +
          std::string(closing));
  EXPECT_EQ(answers.find("HTTP/1.1 400"), 0U) << answers;
  EXPECT_NE(answers.find("damaged or cut short"), std::string::npos) << answers;
  EXPECT_NE(answers.find("HTTP/1.1 200"), std::string::npos) << answers;
  EXPECT_EQ(handled_, Paths()) << "the first of them";
}

TEST_F(HttpServerInflates, NothingWhoseClientHasGone) {
  start();
  const auto one = client();
  const auto leaving = client();
  const auto last = client();
  const auto holder = hold_a_thread();
  one->send(packed_request("/first", large));
  leaving->send(packed_request("/second", large));
  leaving->close();
  last->send(packed_request("/third", large));
  go_on_.count_down();
  EXPECT_TRUE(last->rest().ends_with(std::to_string(large)));
  EXPECT_EQ(handled_, (Paths{"/first", "/third"}));
}

TEST_F(HttpServerInflates, NothingThatTheEndAbandons) {
  const auto answer = [this](int handlers_before_the_end, int& handlers) {
    ServedByHand served(options_, router_);
    served.client.send(packed_request("/first", large));
    for (handlers = 0; handlers != handlers_before_the_end && served.run_one();) ++handlers;
    if (handlers_before_the_end >= 0) {
      served.connection.abandon();
      served.run_ready();
      EXPECT_TRUE(served.has_ended()) << "it waits for its client to finish sending, who has";
    }
    served.run_to_the_end();
    EXPECT_EQ(served.connection.has_refused(), handlers_before_the_end >= 0);
    return served.client.rest();
  };
  int handlers = 0;
  EXPECT_TRUE(answer(-1, handlers).ends_with(std::to_string(large)));
  ASSERT_GT(handlers, 8);
  const std::string given_up = answer(handlers / 2, handlers);
  EXPECT_NE(given_up.find("HTTP/1.1 503"), std::string::npos) << given_up;
  EXPECT_NE(given_up.find("the server is ending"), std::string::npos) << given_up;
  EXPECT_EQ(handled_, Paths{"/first"}) << "by the first of the two alone";
}

}  // namespace
}  // namespace slipway::front::http
