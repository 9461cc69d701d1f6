#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "front/grpc/session.hpp"
#include "front/grpc/test_client.hpp"

namespace slipway::front::grpc {

inline constexpr std::size_t most_message_bytes = 20U << 20U;
inline constexpr std::chrono::milliseconds read_timeout{30'000};

inline std::vector<core::Buffer> message(std::string_view text) {
  std::vector<core::Buffer> parts;
  parts.push_back(core::Buffer::copy_of(text));
  return parts;
}

/// A call that is answered by the test.
struct Kept : Handler {
  explicit Kept(std::shared_ptr<Call> made) : call(std::move(made)) {}
  void on_message(core::Buffer one) override { messages.emplace_back(one.text()); }
  void on_half_close() override { half_closed = true; }
  void on_end() override { ended = true; }
  bool is_full() override { return full; }
  bool wants_all_at_once() const override { return all_at_once; }

  std::shared_ptr<Call> call;
  std::vector<std::string> messages;
  bool half_closed = false;
  bool ended = false;
  bool full = false;
  bool all_at_once = false;
};

class GrpcSession : public ::testing::Test {
 protected:
  GrpcSession() {
    methods_["/echo"] =
        unary([](const std::shared_ptr<Call>& call, const core::Buffer& asked) { call->reply(message(asked.text())); });
    methods_["/throw"] = unary(
        [](const std::shared_ptr<Call>& /*call*/, const core::Buffer& /*asked*/) { throw std::runtime_error("oh"); });
    methods_["/keep"] = [this](const std::shared_ptr<Call>& call) {
      kept_.push_back(std::make_shared<Kept>(call));
      return kept_.back();
    };
  }

  Methods methods_;
  std::vector<std::shared_ptr<Kept>> kept_;
  Session session_{methods_, most_message_bytes, read_timeout, [this](std::int32_t stream, core::TimePoint deadline) {
                     return std::make_shared<Call>(deadline, [this, stream] { session_.collect(stream); });
                   }};
  TestClient client_{session_};
};

}  // namespace slipway::front::grpc
