#include <thread>
#include <vector>

#include "front/http/test_connection.hpp"
#include "front/http/test_server.hpp"

namespace slipway::front::http {
namespace {

TEST_F(HttpServer, AnswersFromAnotherThreadAndFinishesWhatIsInFlight) {
  start();
  Client client(server_->port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  Later later = later_.get_future().get();
  std::jthread ending([this] { server_.reset(); });
  later.second(HttpResponse::json("at last"));
  EXPECT_NE(client.rest().find("at last"), std::string::npos);
}

TEST_F(HttpServer, EndsWithoutRequestsThatDoNotComeWhole) {
  options_.body_grace = std::chrono::milliseconds(10);
  options_.finish_timeout = std::chrono::hours(1);
  start();
  Client client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  client.wait_for("100 Continue\r\n\r\n");
  client.send("ab");
  Client other(server_->port());
  other.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  Later later = later_.get_future().get();
  std::size_t refused = 0;
  std::jthread ending([this, &refused] {
    refused = server_->finish();
    server_.reset();
  });
  const std::string refusal = client.rest();
  EXPECT_NE(refusal.find("HTTP/1.1 503"), std::string::npos) << refusal;
  client.close();
  later.second(HttpResponse::json("at last"));
  EXPECT_NE(other.rest().find("at last"), std::string::npos) << "what was accepted is answered all the same";
  ending.join();
  EXPECT_EQ(refused, 1U);
}

TEST_F(HttpServer, LetsTheClientFinishWhoseBodyTheEndRefuses) {
  ServedByHand served(options_, router_);
  served.client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nab");
  served.run_ready();
  served.connection.stop_reading();
  served.connection.abandon();
  served.run_ready();
  EXPECT_FALSE(served.has_ended()) << "what it still sends would bring it a reset instead of the answer";
  served.client.send(std::string(4998, 'c'));
  served.run_ready();
  EXPECT_EQ(served.client.rest().find("HTTP/1.1 503"), 0U);
  served.client.close();
  served.run_to_the_end();
  EXPECT_TRUE(served.connection.has_refused());
}

TEST_F(HttpServer, ReadsNoMoreOfABodyThoughAPartOfItWasReadWhenItWasToStop) {
  options_.max_request_bytes = 1U << 20U;
  for (const char* length : {"Content-Length: 900000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\ndbba0\r\n"}) {
    // whichever handler is next: one may have been given bytes already, which no cancelling takes back
    for (int handlers = 0; handlers < 5; ++handlers) {
      ServedByHand served(options_, router_);
      served.client.send("POST /echo HTTP/1.1\r\nHost: x\r\n" + std::string(length) + std::string(100'000, 'a'));
      for (int i = 0; i < handlers; ++i) ASSERT_TRUE(served.run_one());
      served.connection.stop_reading();
      served.run_ready();
      EXPECT_TRUE(served.has_ended() || served.client.available() > 0U) << length << handlers;
      served.client.close();
      served.run_to_the_end();
    }
  }
}

TEST_F(HttpServer, TakesABodyThatHadComeWhenReadingStopped) {
  options_.max_request_bytes = 1U << 20U;
  const std::string echo = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  const std::string body(100'000, 'a');  // more than one read takes
  for (const std::string& request : {echo + "Content-Length: 100000\r\n\r\n" + body,
                                     echo + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nabcde"}) {
    later_ = {};
    ServedByHand served(options_, router_);
    served.client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n" + request);
    served.run_ready();
    served.connection.finish();
    served.connection.stop_reading();
    later_.get_future().get().second(HttpResponse::json("at last"));
    served.run_to_the_end();
    EXPECT_TRUE(served.client.rest().ends_with(request.substr(request.find("\r\n\r\n")))) << request.substr(0, 80);
    EXPECT_FALSE(served.connection.has_refused());
  }
}

TEST_F(HttpServer, TakesTheRestOfABodyThatHadComeWhenReadingStopped) {
  ServedByHand served(options_, router_);
  served.client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabcde");
  served.run_ready();
  served.client.send("fghij");
  served.connection.finish();
  served.connection.stop_reading();
  served.run_to_the_end();
  EXPECT_TRUE(served.client.rest().ends_with("\r\n\r\nabcdefghij"));
  EXPECT_FALSE(served.connection.has_refused());
}

TEST_F(HttpServer, TakesABodyOfWhichAPartWasJustReadWhenReadingStopped) {
  options_.max_request_bytes = 1U << 20U;
  const std::string body(200'000, 'a');  // more than three reads take
  for (const std::string& framed : {"Content-Length: 200000\r\n\r\n" + body,
                                    "Transfer-Encoding: chunked\r\n\r\n30d40\r\n" + body + "\r\n0\r\n\r\n"}) {
    for (int handlers = 0; handlers < 5; ++handlers) {
      ServedByHand served(options_, router_);
      served.client.send("POST /echo HTTP/1.1\r\nHost: x\r\n" + framed);
      for (int i = 0; i < handlers; ++i) served.run_one();
      served.connection.finish();
      served.connection.stop_reading();
      served.run_to_the_end();
      EXPECT_TRUE(served.client.rest().ends_with("\r\n\r\n" + body)) << handlers << framed.substr(0, 20);
      EXPECT_FALSE(served.connection.has_refused());
    }
  }
}

TEST_F(HttpServer, WaitsForNoBodyThatBeginsWhenReadingHasStopped) {
  options_.threads = 1;
  ServedByHand served(options_, router_);
  served.client.send(
      "GET /later HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na");
  served.run_ready();
  served.connection.finish();
  served.connection.stop_reading();
  later_.get_future().get().second(HttpResponse::json("at last"));
  served.run_ready();
  served.client.wait_for("at last");
  served.client.wait_for("503");
  served.client.close();
  served.run_to_the_end();
  EXPECT_TRUE(served.connection.has_refused());
}

TEST_F(HttpServer, RefusesNothingWhereItsClientsErrWhileItEnds) {
  options_.body_grace = std::chrono::hours(1);
  options_.finish_timeout = std::chrono::hours(1);
  start();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n";
  Client wrong(server_->port());
  Client gone(server_->port());
  wrong.send(head + "Transfer-Encoding: chunked\r\n\r\n");
  wrong.wait_for("100 Continue\r\n\r\n");
  gone.send(head + "Content-Length: 5\r\n\r\n");
  gone.wait_for("100 Continue\r\n\r\n");
  Client idle(server_->port());
  std::size_t refused = 0;
  std::jthread ending([this, &refused] { refused = server_->finish(); });
  EXPECT_EQ(idle.rest(), "") << "it is ending";
  wrong.send("no length\r\n");
  EXPECT_NE(wrong.rest().find("HTTP/1.1 400"), std::string::npos);
  wrong.close();
  gone.close();
  ending.join();
  EXPECT_EQ(refused, 0U);
}

TEST_F(HttpServer, TakesWhatIsOnItsWayWhenItEnds) {
  options_.body_grace = std::chrono::hours(1);
  options_.finish_timeout = std::chrono::hours(1);
  start();
  Client client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  client.wait_for("100 Continue\r\n\r\n");
  Client idle(server_->port());
  std::jthread ending([this] { server_.reset(); });
  EXPECT_EQ(idle.rest(), "") << "it is ending";
  client.send("abcde");
  EXPECT_NE(client.rest().find("\r\n\r\nabcde"), std::string::npos);
}

TEST_F(HttpServer, AnswersWhatWasSentBeforeItEnded) {
  options_.threads = 1;
  options_.body_grace = std::chrono::hours(1);
  options_.finish_timeout = std::chrono::hours(1);
  start();
  Client first(server_->port());
  first.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  first.wait_for("hello");
  // while the only thread is held, one client asks on its connection and another connects and asks
  const auto holder = hold_a_thread();
  first.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  Client second(server_->port());
  second.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  std::jthread ending([this] { server_.reset(); });
  go_on_.count_down();
  EXPECT_NE(holder->rest().find("held"), std::string::npos);
  EXPECT_NE(first.rest().find("hello"), std::string::npos);
  EXPECT_NE(second.rest().find("hello"), std::string::npos);
}

TEST_F(HttpServer, AnswersTheFirstRequestOfWhoConnectedBeforeItEnded) {
  options_.body_grace = std::chrono::hours(1);
  options_.finish_timeout = std::chrono::hours(1);
  options_.first_request_grace = std::chrono::hours(1);
  start();
  Client idle(server_->port());
  idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.wait_for("hello");
  Client fresh(server_->port());
  Client slow(server_->port());
  slow.send("GET /hello HTTP/1.1\r\n");
  std::jthread ending([this] { server_.reset(); });
  EXPECT_EQ(idle.rest(), "") << "it is ending";
  fresh.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(fresh.rest().find("hello"), std::string::npos);
  slow.send("Host: x\r\n\r\n");
  EXPECT_NE(slow.rest().find("hello"), std::string::npos);
}

TEST_F(HttpServer, EndsWithoutClientsThatConnectAndDoNotAsk) {
  options_.body_grace = std::chrono::hours(1);
  options_.finish_timeout = std::chrono::hours(1);
  options_.first_request_grace = std::chrono::milliseconds(1);
  start();
  Client silent(server_->port());
  Client slow(server_->port());
  slow.send("GET /hello HTTP/1.1\r\n");
  EXPECT_EQ(server_->finish(), 0U);
  EXPECT_EQ(silent.rest(), "");
  EXPECT_EQ(slow.rest(), "");
}

TEST_F(HttpServer, EndsThoughAFirstRequestStillTrickles) {
  options_.body_grace = std::chrono::hours(1);
  options_.finish_timeout = std::chrono::hours(1);
  options_.read_timeout = std::chrono::hours(1);
  options_.first_request_grace = std::chrono::seconds(1);
  start();
  Client idle(server_->port());
  idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.wait_for("hello");
  Client slow(server_->port());
  slow.send("GET /hello HTTP/1.1\r\n");
  std::jthread ending([this] { server_.reset(); });
  EXPECT_EQ(idle.rest(), "") << "it is ending";
  slow.send("X");  // which gives it no more time
  EXPECT_EQ(slow.rest(), "");
}

TEST_F(HttpServer, AnswersWhatWasSentBehindARequestBeforeItEnded) {
  options_.body_grace = std::chrono::hours(1);
  options_.finish_timeout = std::chrono::hours(1);
  start();
  Client client(server_->port());
  const std::string hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n" + hello + hello);
  Later later = later_.get_future().get();
  Client idle(server_->port());
  std::jthread ending([this] { server_.reset(); });
  EXPECT_EQ(idle.rest(), "") << "it is ending";
  later.second(HttpResponse::json("first"));
  const std::string answers = client.rest();
  EXPECT_LT(answers.find("first"), answers.find("hello"));
  EXPECT_NE(answers.find("hello"), answers.rfind("hello")) << answers;
  EXPECT_GT(answers.find("Connection: close"), answers.find("hello")) << "behind the last alone";
}

TEST_F(HttpServer, SaysThatItEndsAndNotThatTheClientWent) {
  options_.finish_timeout = std::chrono::milliseconds(1);
  start();
  Client client(server_->port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  Later later = later_.get_future().get();
  std::jthread ending([this] { server_.reset(); });
  while (!*later.first) std::this_thread::yield();
  later.second(HttpResponse::error(core::Error(core::Code::cancelled, "the client went away")));
  const std::string answer = client.rest();
  EXPECT_NE(answer.find("HTTP/1.1 503"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Retry-After"), std::string::npos) << answer;
}

TEST_F(HttpServer, AnswersConnectionsThatNobodyHadTakenWhenItEnded) {
  options_.threads = 1;
  start();
  const auto holder = hold_a_thread();
  // the first is accepted behind what holds the thread, the others are not accepted before the end begins
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(std::make_unique<Client>(server_->port()));
    waiting.back()->send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  std::jthread ending([this] { server_.reset(); });
  go_on_.count_down();
  EXPECT_NE(holder->rest().find("held"), std::string::npos);
  for (const auto& client : waiting) EXPECT_NE(client->rest().find("hello"), std::string::npos);
}

TEST_F(HttpServer, WaitsForAnswersToWhatItTookAtTheVeryEnd) {
  std::vector<std::jthread> answering;
  router_.add(Method::get, "/soon", [&answering](const HttpRequest&, Responder respond) {
    answering.emplace_back([answer = std::move(respond)]() mutable { answer(HttpResponse::json("soon")); });
  });
  for (int round = 0; round < 50; ++round) {
    start();
    Client client(server_->port());
    client.send("GET /soon HTTP/1.1\r\nHost: x\r\n\r\n");
    server_.reset();
    EXPECT_NE(client.rest().find("soon"), std::string::npos) << round;
    answering.clear();
  }
}

TEST_F(HttpServer, SendsClientsAwayBehindTheirNextAnswer) {
  start();
  Client before(server_->port());
  before.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  before.wait_for("hello");
  server_->send_away();
  const std::string answer = before.ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
  EXPECT_NE(answer.find("hello"), std::string::npos);
  Client after(server_->port());
  EXPECT_NE(after.ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").find("Connection: close"), std::string::npos);
}

TEST_F(HttpServer, MayEndBeforeWhatItsRequestsLeftBehind) {
  for (int round = 0; round < 40; ++round) {
    later_ = {};
    start();
    Later later;  // keeps the request's exchange, and so one worker's context
    {
      Client client(server_->port());
      client.send("GET /later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      later = later_.get_future().get();
      later.second(HttpResponse::json("at last"));
      EXPECT_NE(client.rest().find("at last"), std::string::npos);
    }
    server_.reset();
  }
}

}  // namespace
}  // namespace slipway::front::http
