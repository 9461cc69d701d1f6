#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "front/grpc/test_session.hpp"

namespace slipway::front::grpc {
namespace {

using ::testing::HasSubstr;

TEST_F(GrpcSession, AMessageThatStopsHalfWayEndsItsCall) {
  const std::string half = framed("three").substr(0, 7);
  const auto stopped = client_.begin("/keep", half, false);
  const auto idle = client_.begin("/keep", framed("one"), false);
  const auto in_time = client_.begin("/keep", half, false);
  const auto full = client_.begin("/keep", "", false);
  client_.exchange();
  const core::TimePoint begin = core::now();
  EXPECT_LE(session_.next_deadline(), begin + read_timeout);
  client_.send(in_time, framed("three").substr(7));
  kept_.at(3)->full = true;
  client_.send(full, half);
  client_.exchange();
  session_.expire(begin + read_timeout + std::chrono::seconds(1));
  client_.exchange();
  EXPECT_EQ(client_.status(stopped), "4");
  EXPECT_THAT(client_[stopped].header["grpc-message"], HasSubstr("within 30000 ms (read_timeout_ms)"));
  EXPECT_TRUE(kept_.at(0)->call->cancelled());
  for (const auto id : {idle, in_time, full}) EXPECT_EQ(client_.status(id), "") << id;
}

TEST_F(GrpcSession, EachMessageHasItsOwnTimeToCome) {
  const auto id = client_.begin("/keep", framed("three").substr(0, 7), false);
  client_.exchange();
  const core::TimePoint first = session_.next_deadline();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  client_.send(id, "r");
  client_.exchange();
  session_.expire(core::now());
  EXPECT_EQ(session_.next_deadline(), first) << "single bytes do not prolong it";
  client_.send(id, framed("three").substr(8) + framed("four").substr(0, 6));
  client_.exchange();
  session_.expire(core::now());
  EXPECT_GT(session_.next_deadline(), first);
  EXPECT_LT(session_.next_deadline(), core::no_deadline);
}

TEST_F(GrpcSession, WhoWantsAllAtOnceGetsNothingBeforeTheEnd) {
  const auto id = client_.begin("/keep", "", false);
  client_.exchange();
  kept_.at(0)->all_at_once = true;
  const std::string large(6U << 20U, 'x');  // beyond the window
  client_.send(id, framed(large));
  client_.exchange();
  EXPECT_TRUE(kept_[0]->messages.empty());
  EXPECT_TRUE(client_[id].unsent.empty());
  client_.send(id, "", true);
  client_.exchange();
  EXPECT_EQ(kept_[0]->messages, std::vector<std::string>{large});
  EXPECT_TRUE(kept_[0]->half_closed);
}

TEST_F(GrpcSession, ACallThatIsNotSentToItsEndIsEnded) {
  const auto silent = client_.begin("/echo", "", false);
  client_.exchange();
  session_.expire(core::now() + read_timeout + std::chrono::seconds(1));
  client_.exchange();
  EXPECT_EQ(client_.status(silent), "4") << "one that has sent nothing, too";
}

TEST_F(GrpcSession, ACallWhoseMessageHasNoEndBehindItIsEnded) {
  for (int i = 0; i < 2; ++i) client_.begin("/keep", "", false);
  client_.exchange();
  for (const auto& kept : kept_) kept->all_at_once = true;
  const core::TimePoint begin = core::now();
  client_.send(1, framed("whole"));
  client_.send(3, framed("whole"));
  client_.exchange();
  EXPECT_LE(session_.next_deadline(), core::now() + read_timeout);
  client_.send(3, "", true);
  client_.exchange();
  session_.expire(begin + read_timeout + std::chrono::seconds(1));
  client_.exchange();
  EXPECT_EQ(client_.status(1), "4");
  EXPECT_TRUE(kept_[0]->messages.empty());
  EXPECT_EQ(client_.status(3), "") << "and one that was has the time it takes";
}

TEST_F(GrpcSession, WhatIsHalfSentHasABoundInAll) {
  const std::string large = framed(std::string(most_message_bytes - 10, 'x'));
  std::vector<std::int32_t> calls;
  for (int i = 0; i < 7; ++i) {
    calls.push_back(client_.begin("/keep", large.substr(0, large.size() - 1), false));
    ASSERT_TRUE(client_.exchange());
  }
  EXPECT_EQ(client_.status(calls[6]), "8") << "which passes 128 MiB";
  EXPECT_THAT(client_[calls[6]].header["grpc-message"], HasSubstr("134217728 at most"));
  EXPECT_TRUE(client_[calls[6]].closed);
  client_.send(calls[0], "x");
  client_.exchange();
  EXPECT_EQ(kept_.at(0)->messages.size(), 1U) << "the others go on";
  const auto next = client_.begin("/keep", large);
  client_.exchange();
  EXPECT_EQ(client_.status(next), "") << "and what was handed on counts no more";
  EXPECT_EQ(kept_.at(7)->messages.size(), 1U);
}

TEST_F(GrpcSession, AMessageThatIsTooLongIsRefusedByItsPrefix) {
  const std::string prefix{"\0\x7f\xff\xff\xff", 5};
  const auto id = client_.begin("/echo", prefix, false);
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_.status(id), "8");
  EXPECT_THAT(client_[id].header["grpc-message"], HasSubstr("max_request_bytes"));
  EXPECT_TRUE(client_[id].closed);
}

}  // namespace
}  // namespace slipway::front::grpc
