#include "fetch/connection.hpp"

#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <stop_token>
#include <thread>

namespace slipway::fetch {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A server that takes connections and says nothing.
class ConnectionTest : public ::testing::Test {
 protected:
  using Tcp = boost::asio::ip::tcp;
  /// On a busy machine the time may be over before it is connected.
  Tried<void> ask(Connection& connection) const {
    auto connected = connection.connect();
    return connected ? connection.exchange(request_) : connected;
  }

  boost::asio::io_context context_;
  Tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  Url url_{.host = "127.0.0.1", .port = acceptor_.local_endpoint().port()};
  Connection::Request request_{boost::beast::http::verb::get, "/", 11};
};

TEST_F(ConnectionTest, EndsWhenNothingComes) {
  const Limits limits{.quiet = 20ms};
  Connection connection(url_, nullptr, limits);
  const auto answered = ask(connection);
  ASSERT_FALSE(answered);
  EXPECT_THAT(answered.error().error.message(), HasSubstr("nothing came for 20 ms"));
  EXPECT_TRUE(answered.error().again);
}

TEST_F(ConnectionTest, EndsWhenTheTimeIsOver) {
  const Limits limits{.end = std::chrono::steady_clock::now() + 20ms};
  Connection connection(url_, nullptr, limits);
  const auto answered = ask(connection);
  ASSERT_FALSE(answered);
  EXPECT_THAT(answered.error().error.message(), HasSubstr("not done when the time was over"));
  EXPECT_FALSE(answered.error().again);
}

TEST_F(ConnectionTest, EndsWhenItIsStopped) {
  std::stop_source stop;
  const Limits limits{.stop = stop.get_token()};
  Connection connection(url_, nullptr, limits);
  ASSERT_TRUE(connection.connect());
  Tcp::socket socket(context_);
  const std::jthread other([&] {
    acceptor_.accept(socket);
    char first = 0;
    socket.read_some(boost::asio::buffer(&first, 1));  // it is asking
    stop.request_stop();
  });
  const auto answered = connection.exchange(request_);
  ASSERT_FALSE(answered);
  EXPECT_THAT(answered.error().error.message(), HasSubstr("interrupted"));
  EXPECT_FALSE(connection.connect());
}

TEST_F(ConnectionTest, StartsNothingOnceItIsStopped) {
  std::stop_source stop;
  const Limits limits{.stop = stop.get_token()};
  Connection connection(url_, nullptr, limits);
  ASSERT_TRUE(connection.connect());
  const Tcp::socket socket = acceptor_.accept();
  stop.request_stop();
  const auto answered = connection.exchange(request_);
  ASSERT_FALSE(answered);
  EXPECT_THAT(answered.error().error.message(), HasSubstr("interrupted"));
  EXPECT_EQ(socket.available(), 0);  // bytes of the request would be here
}

}  // namespace
}  // namespace slipway::fetch
