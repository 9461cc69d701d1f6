#include "front/grpc/session.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "front/grpc/test_session.hpp"

namespace slipway::front::grpc {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(GrpcSession, AnswersACall) {
  const auto id = client_.begin("/echo", framed("hello"));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_[id].header[":status"], "200");
  EXPECT_EQ(client_[id].header["content-type"], "application/grpc");
  EXPECT_EQ(client_[id].body, framed("hello"));
  EXPECT_EQ(client_.status(id), "0");
  EXPECT_TRUE(client_[id].closed);
  EXPECT_FALSE(session_.has_calls());
}

TEST_F(GrpcSession, AnErrorIsTheStatusAndItsSentence) {
  const auto id = client_.begin("/keep", "", false);
  ASSERT_TRUE(client_.exchange());
  kept_[0]->call->finish(core::invalid("100 % wrong"));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_.status(id), "3");
  EXPECT_EQ(client_[id].header["grpc-message"], "100 %25 wrong");
  EXPECT_TRUE(client_[id].closed) << "and the client need not send the rest";
  EXPECT_EQ(client_[id].error, NGHTTP2_NO_ERROR);
}

TEST_F(GrpcSession, AnErrorThatIsTooLongForAHeaderIsAnsweredAllTheSame) {
  const auto id = client_.begin("/keep", framed("x"));
  ASSERT_TRUE(client_.exchange());
  kept_[0]->call->finish(core::invalid("unknown model \"" + std::string(200'000, 'm')));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_.status(id), "3");
  EXPECT_THAT(client_[id].header["grpc-message"], StartsWith("unknown model"));
  EXPECT_FALSE(session_.has_calls());
}

TEST_F(GrpcSession, ADeadlineEndsACall) {
  const auto late = client_.begin("/keep", "", false, {{"grpc-timeout", "100m"}});
  const auto later = client_.begin("/keep", "", false, {{"grpc-timeout", "2H"}});
  ASSERT_TRUE(client_.exchange());
  const core::TimePoint begin = core::now();
  EXPECT_LT(session_.next_deadline(), begin + std::chrono::seconds(1));
  session_.expire(begin + std::chrono::hours(1));
  EXPECT_GT(session_.next_deadline(), begin + std::chrono::hours(1));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_.status(late), "4");
  EXPECT_TRUE(client_[late].closed);
  EXPECT_TRUE(kept_[0]->call->cancelled());
  EXPECT_EQ(client_.status(later), "");
  EXPECT_FALSE(kept_[1]->call->cancelled());
}

TEST_F(GrpcSession, NoCallIsHandedOnWhileTooMuchWaitsToBeWritten) {
  const std::string large(2U << 20U, 'x');
  client_.takes(false);
  for (int i = 0; i < 40; ++i) client_.begin("/echo", framed(large));
  client_.exchange();
  const auto id = client_.begin("/keep", framed("x"));
  client_.exchange();
  ASSERT_EQ(kept_.size(), 1U);
  EXPECT_TRUE(kept_[0]->messages.empty());
  client_.takes(true);
  client_.exchange();
  EXPECT_EQ(kept_[0]->messages.size(), 1U);
  kept_[0]->call->reply(message("x"));
  client_.exchange();
  EXPECT_EQ(client_.status(id), "0");
}

TEST_F(GrpcSession, RefusesWhatIsNoCall) {
  const auto get = client_.begin("/echo", "", true, {{":method", "GET"}});
  const auto text = client_.begin("/echo", "x", true, {{"content-type", "text/plain"}});
  const auto unknown = client_.begin("/nothing", framed("x"));
  const auto late = client_.begin("/echo", framed("x"), true, {{"grpc-timeout", "soon"}});
  const auto none = client_.begin("/echo", "");
  const auto two = client_.begin("/echo", framed("x") + framed("y"));
  const auto half = client_.begin("/echo", framed("xyz").substr(0, 6));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_[get].header[":status"], "405");
  EXPECT_EQ(client_[text].header[":status"], "415");
  EXPECT_EQ(client_.status(unknown), "12");
  EXPECT_THAT(client_[late].header["grpc-message"], HasSubstr("\"soon\""));
  for (const auto id : {late, none, two, half}) {
    EXPECT_EQ(client_.status(id), "3") << id;
    EXPECT_TRUE(client_[id].closed);
  }
}

TEST_F(GrpcSession, AHeaderThatIsTooLongResetsItsStream) {
  // the client's own library sends no more than 64 KiB of them
  TestClient::Fields fields;
  for (int i = 0; i < 1200; ++i) fields.emplace_back("x" + std::to_string(i), "twenty bytes of value");
  const auto id = client_.begin("/echo", framed("x"), true, fields);
  const auto other = client_.begin("/echo", framed("x"));
  client_.exchange();
  EXPECT_TRUE(client_[id].closed);
  EXPECT_EQ(client_.status(id), "");
  EXPECT_EQ(client_.status(other), "0");
}

TEST_F(GrpcSession, WhatAHandlerThrowsEndsItsCall) {
  const auto id = client_.begin("/throw", framed("x"));
  const auto other = client_.begin("/echo", framed("x"));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_.status(id), "13");
  EXPECT_EQ(client_.status(other), "0");
}

TEST_F(GrpcSession, HandsMessagesOnAsTheyComeAndSendsAnswersInTheirOrder) {
  const auto id = client_.begin("/keep", framed("one") + framed("two").substr(0, 6), false, {{"grpc-timeout", "1H"}});
  ASSERT_TRUE(client_.exchange());
  Kept& kept = *kept_.at(0);
  EXPECT_EQ(kept.messages, std::vector<std::string>{"one"});
  EXPECT_GT(kept.call->deadline(), core::now() + std::chrono::minutes(59));
  kept.call->send(message("1"));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_[id].body, framed("1"));
  client_.send(id, framed("two").substr(6), true);
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(kept.messages.back(), "two");
  EXPECT_TRUE(kept.half_closed);
  kept.call->send(message("2"));
  kept.call->send(message("3"));
  kept.call->finish({});
  kept.call->send(message("behind the end"));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_[id].body, framed("1") + framed("2") + framed("3"));
  EXPECT_EQ(client_.status(id), "0");
}

TEST_F(GrpcSession, AFullHandlerHoldsItsClientUp) {
  const std::string large(10U << 20U, 'x');
  const auto id = client_.begin("/keep", framed("first"), false);
  ASSERT_TRUE(client_.exchange());
  Kept& kept = *kept_.at(0);
  kept.full = true;
  client_.send(id, framed("second"));
  client_.send(id, framed(large), true);
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(kept.messages.size(), 1U);
  EXPECT_GT(client_[id].unsent.size(), 5U << 20U) << "no more than the window was sent";
  const auto other = client_.begin("/echo", framed("x"));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_.status(other), "0") << "others are not held up";
  kept.full = false;
  kept.call->go_on();
  ASSERT_TRUE(client_.exchange());
  ASSERT_EQ(kept.messages.size(), 3U);
  EXPECT_EQ(kept.messages[2], large);
  EXPECT_TRUE(kept.half_closed);
}

TEST_F(GrpcSession, AClientThatDoesNotReadGetsNoMoreAnswers) {
  const auto id = client_.begin("/keep", "", false);
  bool goes_on = true;
  client_.exchange();
  Kept& kept = *kept_.at(0);
  for (int i = 0; i < 100; ++i) {
    client_.send(id, framed("x"));
    client_.send_to_server(goes_on);
    kept.call->send(message("unread"));
  }
  EXPECT_LT(kept.messages.size(), 70U);
  client_.exchange();
  EXPECT_EQ(kept.messages.size(), 100U);
}

TEST_F(GrpcSession, LargeAnswersComeAsTheClientTakesThem) {
  const std::string large(9U << 20U, 'x');
  const auto id = client_.begin("/echo", framed(large));
  const auto other = client_.begin("/echo", framed("x"));
  ASSERT_TRUE(client_.exchange());
  EXPECT_EQ(client_[id].body, framed(large));
  EXPECT_EQ(client_.status(other), "0");
  EXPECT_LT(client_.largest_pack(), 3U << 20U);
}

TEST_F(GrpcSession, ACallThatIsResetIsCancelled) {
  const auto id = client_.begin("/keep", framed("x"));
  client_.exchange();
  client_.reset(id);
  client_.exchange();
  EXPECT_TRUE(kept_.at(0)->call->cancelled());
  kept_[0]->call->reply(message("too late"));
  EXPECT_TRUE(client_.exchange());
}

TEST_F(GrpcSession, TakesCallsUntilTheClientHasHeardThatItIsSentAway) {
  client_.begin("/keep", framed("x"));
  client_.exchange();
  session_.send_away();
  bool goes_on = true;
  const auto crossing = client_.begin("/echo", framed("x"));
  client_.send_to_server(goes_on);
  client_.exchange();
  EXPECT_TRUE(client_.was_sent_away());
  EXPECT_EQ(client_.status(crossing), "0");
  EXPECT_FALSE(session_.is_over()) << "one call is open";
  kept_[0]->call->reply(message("x"));
  client_.exchange();
  EXPECT_TRUE(session_.is_over());
}

TEST_F(GrpcSession, CallsThatAreNotTakenAnyMoreAreLeftToTheClient) {
  const auto open = client_.begin("/keep", framed("x"));
  client_.exchange();
  session_.take_no_more();
  bool goes_on = true;
  const auto crossing = client_.begin("/echo", framed("x"));
  client_.send_to_server(goes_on);
  client_.exchange();
  EXPECT_TRUE(client_[crossing].closed);
  EXPECT_EQ(client_[crossing].error, NGHTTP2_REFUSED_STREAM) << "it may be sent again";
  kept_[0]->call->reply(message("x"));
  client_.exchange();
  EXPECT_EQ(client_.status(open), "0");
  EXPECT_TRUE(session_.is_over());
}

TEST_F(GrpcSession, TellsCallsOfTheEnd) {
  const auto id = client_.begin("/keep", framed("x"));
  client_.exchange();
  session_.end();
  client_.begin("/keep", framed("x"));
  client_.exchange();
  EXPECT_TRUE(kept_.at(0)->ended);
  EXPECT_TRUE(kept_.at(1)->ended);
  EXPECT_FALSE(kept_[0]->call->cancelled());
  session_.cancel();
  EXPECT_TRUE(kept_[0]->call->cancelled());
  kept_[0]->call->finish(core::fail(core::Code::cancelled, "the client went away"));
  client_.exchange();
  EXPECT_EQ(client_.status(id), "14") << "the client is there, and it was the server that gave the call up";
}

TEST_F(GrpcSession, WhatIsNoHttp2EndsTheConnection) {
  EXPECT_FALSE(session_.receive(std::as_bytes(std::span(std::string_view("GET / HTTP/1.1\r\nHost: x\r\n\r\n")))));
  EXPECT_FALSE(session_.has_begun());
  EXPECT_TRUE(session_.is_over());
}

}  // namespace
}  // namespace slipway::front::grpc
