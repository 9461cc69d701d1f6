#include "front/listener.hpp"

#include <gtest/gtest.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <new>
#include <string_view>
#include <utility>

namespace slipway::front {
namespace {

namespace asio = boost::asio;

TEST(Listener, AConnectionThatCannotBeServedCostsNoOther) {
  auto listener = Listener::open({.threads = 1});
  ASSERT_TRUE(listener) << listener.error().message();
  bool first = true;
  (*listener)->start([&first](std::size_t, asio::ip::tcp::socket socket, const std::shared_ptr<void>&) {
    if (std::exchange(first, false)) throw std::bad_alloc();
    asio::write(socket, asio::buffer(std::string_view("served")));
  });
  const auto answer = [port = (*listener)->port()] {
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    std::string text;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(text), error);
    return text;
  };
  EXPECT_EQ(answer(), "");
  EXPECT_EQ(answer(), "served");
}

}  // namespace
}  // namespace slipway::front
