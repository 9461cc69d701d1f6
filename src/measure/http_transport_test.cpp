// The other end of each connection is in the test's own hands, on the same thread: the kernel's buffers lie between.
#include "measure/http_transport.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "measure/tcp_connection.hpp"

namespace slipway::measure {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class HttpTransportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    listener_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(::bind(listener_.get(), generic, size), 0);
    ASSERT_EQ(::listen(listener_.get(), 8), 0);
    ASSERT_EQ(::getsockname(listener_.get(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
    give_up_after_a_while(listener_);
  }

  std::unique_ptr<Lanes> open(std::uint32_t count, std::vector<std::string> bodies = {"body"}) {
    transport_ = std::make_unique<HttpTransport>(HttpRequest{.host = "127.0.0.1",
                                                             .port = port_,
                                                             .path = "/v2/models/m/infer",
                                                             .content_type = "application/octet-stream",
                                                             .json_bytes = 2,
                                                             .bodies = std::move(bodies)});
    auto lanes = transport_->open(count);
    EXPECT_TRUE(lanes) << lanes.error().message();
    return *std::move(lanes);
  }
  Descriptor accept() {
    Descriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    EXPECT_TRUE(static_cast<bool>(peer)) << "nobody connected";
    give_up_after_a_while(peer);
    return peer;
  }
  /// So that a test fails rather than hangs where what it waits for does not come.
  static void give_up_after_a_while(const Descriptor& socket) {
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }

  static std::string receive(const Descriptor& peer) {
    std::array<char, 4096> buffer{};
    const auto received = ::recv(peer.get(), buffer.data(), buffer.size(), 0);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(received, 0))};
  }
  static void answer(const Descriptor& peer, std::string_view text) {
    ASSERT_EQ(::send(peer.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  /// What ended, once something did.
  static std::vector<Ended> wait(Lanes& lanes) {
    std::vector<Ended> ended;
    const core::TimePoint limit = core::now() + 10s;
    while (ended.empty() && core::now() < limit) lanes.wait(limit, ended);
    return ended;
  }

  static constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::unique_ptr<HttpTransport> transport_;
};

TEST_F(HttpTransportTest, SendsTheSameRequestOverAKeptConnection) {
  const auto lanes = open(1);
  const Descriptor peer = accept();
  for (int i = 0; i < 3; ++i) {
    lanes->send(0);
    const std::string request = receive(peer);
    EXPECT_THAT(request, StartsWith("POST /v2/models/m/infer HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nContent-Length: 4\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nInference-Header-Content-Length: 2\r\n"));
    EXPECT_THAT(request, EndsWith("\r\n\r\nbody"));
    answer(peer, ok);
    const auto ended = wait(*lanes);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].outcome, Outcome::answered);
    EXPECT_LE(ended[0].at, core::now());
  }
}

TEST_F(HttpTransportTest, TellsWhichLaneWasAnswered) {
  const auto lanes = open(2);
  const Descriptor first = accept();
  const Descriptor second = accept();
  lanes->send(0);
  lanes->send(1);
  answer(second, ok);
  EXPECT_EQ(wait(*lanes).front().lane, 1U);
  answer(first, ok);
  EXPECT_EQ(wait(*lanes).front().lane, 0U);
}

TEST_F(HttpTransportTest, SendsEachLanesOwnRequest) {
  const auto lanes = open(3, {"one", "another"});
  for (std::uint32_t lane = 0; lane < 3; ++lane) {
    const Descriptor peer = accept();
    lanes->send(lane);
    EXPECT_THAT(receive(peer),
                EndsWith(lane == 1 ? "Content-Length: 7\r\n\r\nanother" : "Content-Length: 3\r\n\r\none"));
  }
}

TEST_F(HttpTransportTest, GivesTheSentenceOfAnError) {
  const auto lanes = open(1);
  const Descriptor peer = accept();
  lanes->send(0);
  answer(peer, "HTTP/1.1 503 Busy\r\nContent-Length: 22\r\n\r\n{\"error\":\"queue full\"}");
  const auto ended = wait(*lanes);
  EXPECT_EQ(ended.front().outcome, Outcome::failed);
  EXPECT_EQ(ended.front().error, "status 503: queue full");
}

TEST_F(HttpTransportTest, OpensAConnectionAnewThatWasClosedWhileIdle) {
  const auto lanes = open(1);
  {
    const Descriptor peer = accept();
    lanes->send(0);
    receive(peer);
    answer(peer, ok);
    wait(*lanes);
  }
  lanes->send(0);  // the close may be seen now, or when the answer is awaited
  std::vector<Ended> ended;
  lanes->wait(core::now(), ended);
  EXPECT_TRUE(ended.empty());
  const Descriptor next = accept();
  EXPECT_THAT(receive(next), EndsWith("body"));
  answer(next, ok);
  EXPECT_EQ(wait(*lanes).front().outcome, Outcome::answered);
}

TEST_F(HttpTransportTest, DoesNotSendAgainWhatAFreshConnectionRefused) {
  const auto lanes = open(1);
  {
    const Descriptor peer = accept();
    lanes->send(0);
    receive(peer);
  }
  const auto ended = wait(*lanes);
  EXPECT_EQ(ended.front().outcome, Outcome::failed);
  EXPECT_THAT(ended.front().error, HasSubstr("closed the connection"));
}

TEST_F(HttpTransportTest, KnowsThatTheServerIsGone) {
  const auto lanes = open(1);
  {
    const Descriptor peer = accept();
    lanes->send(0);
    receive(peer);
    answer(peer, ok);
    wait(*lanes);
    listener_.reset();
  }
  lanes->send(0);
  const auto ended = wait(*lanes);
  EXPECT_EQ(ended.front().outcome, Outcome::gone);
  EXPECT_THAT(ended.front().error, HasSubstr("Connection refused"));
  EXPECT_FALSE(transport_->open(1));
}

TEST_F(HttpTransportTest, AnswersOtherLanesWhileOneConnects) {
  const auto lanes = open(2);
  std::vector<Ended> ended;
  {
    const Descriptor peer = accept();
    lanes->send(0);
    receive(peer);
    answer(peer, ok);
    wait(*lanes);
  }
  const Descriptor other = accept();
  lanes->wait(core::now(), ended);  // sees that the first connection is closed
  // with its queue full the server takes no connection, and refuses none
  ASSERT_EQ(::listen(listener_.get(), 0), 0);
  const auto filler = connect_tcp("127.0.0.1", port_, 10s);
  ASSERT_TRUE(filler);
  lanes->send(0);
  lanes->send(1);
  answer(other, ok);
  ended = wait(*lanes);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].lane, 1U);
  EXPECT_EQ(ended[0].outcome, Outcome::answered);
  listener_.reset();  // the kernel asks again, and is refused
  ended = wait(*lanes);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].lane, 0U);
  EXPECT_EQ(ended[0].outcome, Outcome::gone);
  EXPECT_THAT(ended[0].error, HasSubstr("Connection refused"));
}

TEST_F(HttpTransportTest, SendsABodyThatFillsTheSocket) {
  const std::string body(8U << 20U, 'x');
  const auto lanes = open(1, {body});
  const Descriptor peer = accept();
  lanes->send(0);
  std::size_t received = 0;
  std::vector<Ended> ended;
  while (received < body.size()) {
    received += receive(peer).size();
    lanes->wait(core::now(), ended);
  }
  EXPECT_TRUE(ended.empty());
  answer(peer, ok);
  EXPECT_EQ(wait(*lanes).front().outcome, Outcome::answered);
}

TEST_F(HttpTransportTest, WaitsNoLongerThanItMay) {
  const auto lanes = open(1);
  std::vector<Ended> ended;
  const core::TimePoint until = core::now() + 300us;
  lanes->wait(until, ended);
  EXPECT_TRUE(ended.empty());
  EXPECT_GE(core::now(), until);
}

}  // namespace
}  // namespace slipway::measure
