#include "front/one_at_a_time.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <string>

namespace slipway::front {
namespace {

namespace asio = boost::asio;

TEST(OneAtATime, OneEndsBeforeTheNextBegins) {
  asio::io_context context;
  OneAtATime line;
  std::string seen;
  const auto work = [&](char begin, char end) -> asio::awaitable<void> {
    const OneAtATime::Held own_time = co_await line.own_time();
    seen += begin;
    co_await asio::post(context, asio::use_awaitable);
    co_await asio::post(context, asio::use_awaitable);
    seen += end;
  };
  asio::co_spawn(context, work('a', 'A'), asio::detached);
  asio::co_spawn(context, work('b', 'B'), asio::detached);
  asio::co_spawn(context, work('c', 'C'), asio::detached);
  context.run();
  EXPECT_EQ(seen, "aAbBcC");
  context.restart();
  asio::co_spawn(context, work('d', 'D'), asio::detached);
  context.run();
  EXPECT_EQ(seen, "aAbBcCdD") << "when the last has gone the next need not wait";
}

}  // namespace
}  // namespace slipway::front
