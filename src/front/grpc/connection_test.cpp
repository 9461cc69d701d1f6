#include "front/grpc/connection.hpp"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/test_memory_limit.hpp"
#include "core/turn.hpp"
#include "front/grpc/test_client.hpp"
#include "front/turn.hpp"

namespace slipway::front::grpc {
namespace {

using boost::asio::ip::tcp;

/// What a client sends that calls `path` `count` times with a message of that text.
std::string calls_of(std::string_view path, int count = 1, std::string_view text = "") {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session* client = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_client_new(&client, callbacks, nullptr);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(client, NGHTTP2_FLAG_NONE, nullptr, 0);
  std::vector<nghttp2_nv> header;
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{":method", "POST"},
                                    {":scheme", "http"},
                                    {":authority", "x"},
                                    {":path", path},
                                    {"content-type", "application/grpc"}}) {
    header.push_back({.name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                      .value = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())),
                      .namelen = name.size(),
                      .valuelen = value.size(),
                      .flags = NGHTTP2_NV_FLAG_NONE});
  }
  std::string message = framed(text);
  nghttp2_data_provider body{.source = {.ptr = &message},
                             .read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t,
                                                 std::uint32_t* flags, nghttp2_data_source* source, void*) {
                               const auto& all = *static_cast<std::string*>(source->ptr);
                               std::memcpy(into, all.data(), all.size());
                               *flags |= NGHTTP2_DATA_FLAG_EOF;
                               return static_cast<ssize_t>(all.size());
                             }};
  for (int i = 0; i < count; ++i) nghttp2_submit_request(client, nullptr, header.data(), header.size(), &body, nullptr);
  std::string sent;
  const std::uint8_t* data = nullptr;
  while (const ssize_t size = nghttp2_session_mem_send(client, &data))
    sent.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  nghttp2_session_del(client);
  return sent;
}

TEST(GrpcConnection, ManyCallsOnOneStandBeforeNoOther) {
  const auto context = std::make_shared<boost::asio::io_context>();
  Turn turn(*context, [] { return core::TimePoint(std::chrono::hours(1)); });
  Turn::of_this_thread() = &turn;
  int flooded = 0;
  int steady = 0;
  int flooded_before = -1;
  Methods methods;
  methods["/flooded"] = unary([&](const std::shared_ptr<Call>& call, const core::Buffer& /*asked*/) {
    core::worked_for() = &flooded;
    ++flooded;
    call->finish({});
  });
  methods["/steady"] = unary([&](const std::shared_ptr<Call>& call, const core::Buffer& /*asked*/) {
    core::worked_for() = &steady;
    flooded_before = flooded;
    ++steady;
    call->finish({});
  });
  turn.serves(&flooded);
  turn.serves(&steady);
  turn.add(&flooded, [] {});  // some company
  turn.add(&steady, [] {});
  context->poll();
  context->restart();

  tcp::acceptor acceptor(*context, {boost::asio::ip::address_v4::loopback(), 0});
  std::vector<tcp::socket> clients;
  std::vector<std::shared_ptr<Connection>> connections;
  constexpr int calls = 100;
  for (const std::string& sent : {calls_of("/flooded", calls, std::string(200, 'x')), calls_of("/steady")}) {
    clients.emplace_back(*context).connect(acceptor.local_endpoint());
    connections.push_back(std::make_shared<Connection>(context, acceptor.accept()));
    connections.back()->start(methods, 1U << 20U, std::chrono::seconds(30), nullptr, nullptr);
    boost::asio::write(clients.back(), boost::asio::buffer(sent));
  }
  while (flooded + steady < calls + 1 && context->run_one_for(std::chrono::seconds(10)) > 0) {
  }
  for (const auto& connection : connections) connection->close();
  context->poll();  // what they waited for ends
  Turn::of_this_thread() = nullptr;
  EXPECT_EQ(flooded, calls);
  EXPECT_EQ(steady, 1);
  EXPECT_LT(flooded_before, calls / 2);
}

#ifdef SLIPWAY_MEMORY_CAN_BE_LIMITED

TEST(GrpcConnection, IsNotClosedBeneathTheSessionThatItRuns) {
  const auto context = std::make_shared<boost::asio::io_context>();
  tcp::acceptor acceptor(*context, {boost::asio::ip::address_v4::loopback(), 0});
  tcp::socket client(*context);
  client.connect(acceptor.local_endpoint());
  bool closed = false;
  bool closed_within = false;
  Methods methods;
  methods["/large"] = unary([&](const std::shared_ptr<Call>& call, const core::Buffer& /*asked*/) {
    constexpr std::size_t copied = 4000;  // what is larger is lent
    std::vector<core::Buffer> parts;
    for (int i = 0; i < 80'000; ++i) parts.emplace_back(copied);
    const core::TestMemoryLimit limit(64U << 20U);
    call->reply(std::move(parts));
    closed_within = closed;
  });
  const auto connection = std::make_shared<Connection>(context, acceptor.accept());
  connection->start(methods, 1U << 20U, std::chrono::seconds(30), nullptr,
                    [&](const std::shared_ptr<Connection>& /*closed*/) { closed = true; });
  boost::asio::write(client, boost::asio::buffer(calls_of("/large")));
  while (!closed && context->run_one_for(std::chrono::seconds(10)) > 0) {
  }
  EXPECT_FALSE(closed_within);
  EXPECT_TRUE(closed) << "for want of memory";
}

#endif

}  // namespace
}  // namespace slipway::front::grpc
