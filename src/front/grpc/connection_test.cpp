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
#include "front/grpc/test_client.hpp"

namespace slipway::front::grpc {
namespace {

#ifdef SLIPWAY_MEMORY_CAN_BE_LIMITED

using boost::asio::ip::tcp;

/// What a client sends that calls `path` with an empty message.
std::string call_of(std::string_view path) {
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
  std::string message = framed("");
  nghttp2_data_provider body{.source = {.ptr = &message},
                             .read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t,
                                                 std::uint32_t* flags, nghttp2_data_source* source, void*) {
                               const auto& all = *static_cast<std::string*>(source->ptr);
                               std::memcpy(into, all.data(), all.size());
                               *flags |= NGHTTP2_DATA_FLAG_EOF;
                               return static_cast<ssize_t>(all.size());
                             }};
  nghttp2_submit_request(client, nullptr, header.data(), header.size(), &body, nullptr);
  std::string sent;
  const std::uint8_t* data = nullptr;
  while (const ssize_t size = nghttp2_session_mem_send(client, &data))
    sent.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  nghttp2_session_del(client);
  return sent;
}

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
  boost::asio::write(client, boost::asio::buffer(call_of("/large")));
  while (!closed && context->run_one_for(std::chrono::seconds(10)) > 0) {
  }
  EXPECT_FALSE(closed_within);
  EXPECT_TRUE(closed) << "for want of memory";
}

#endif

}  // namespace
}  // namespace slipway::front::grpc
