#include "front/http/server.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/turn.hpp"
#include "front/compression.hpp"
#include "front/http/test_server.hpp"

namespace slipway::front::http {
namespace {

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  start();
  const std::string answer =
      ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
          "GET /none HTTP/1.1\r\nHost: x\r\n" +
          std::string(closing));
  const auto first = answer.find("hello");
  const auto second = answer.find("abc");
  const auto third = answer.find("404");
  EXPECT_TRUE(first < second && second < third && third != std::string::npos) << answer;
}

TEST_F(HttpServer, TakesChunksAndCompressedBodies) {
  start();
  EXPECT_NE(ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + std::string(closing) +
                "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                .find("\r\n\r\nabcde"),
            std::string::npos);
  std::vector<core::Buffer> parts;
  parts.push_back(core::Buffer::copy_of(std::string_view("packed text")));
  const core::Buffer packed = compress(parts, Coding::gzip);
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: ";
  const std::string length =
      "\r\nContent-Length: " + std::to_string(packed.size()) + "\r\n" + closing + std::string(packed.text());
  EXPECT_NE(ask(head + "gzip" + length).find("\r\n\r\npacked text"), std::string::npos);
  EXPECT_NE(ask(head + "br" + length).find("HTTP/1.1 415"), std::string::npos);
}

TEST_F(HttpServer, CompressesLargeAnswersForThoseWhoAsk) {
  start();
  const std::string request = "POST /echo HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nContent-Length: ";
  EXPECT_NE(ask(request + "2000\r\n" + closing + std::string(2000, 'a')).find("Content-Encoding: gzip"),
            std::string::npos);
  EXPECT_EQ(ask(request + "20\r\n" + closing + std::string(20, 'a')).find("Content-Encoding"), std::string::npos);
}

TEST_F(HttpServer, LimitsHeadersAndBodies) {
  start();
  EXPECT_NE(ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10001\r\n\r\n").find("HTTP/1.1 413"),
            std::string::npos);
  EXPECT_NE(ask("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(2000, 'a') + "\r\n\r\n").find("HTTP/1.1 431"),
            std::string::npos);
  std::vector<core::Buffer> parts;
  parts.push_back(core::Buffer::copy_of(std::string_view(std::string(100'000, '0'))));
  const core::Buffer bomb = compress(parts, Coding::gzip);
  EXPECT_NE(ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: " +
                std::to_string(bomb.size()) + "\r\n" + closing + std::string(bomb.text()))
                .find("HTTP/1.1 413"),
            std::string::npos);
  EXPECT_NE(ask("nonsense\r\n\r\n").find("HTTP/1.1 400"), std::string::npos);
}

TEST_F(HttpServer, LimitsWhatStandsBetweenChunks) {
  start();
  const std::string chunks = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  // more than the limit and one read, and no end of the line
  const std::string endless(options_.max_header_bytes + 200'000, 'a');
  EXPECT_NE(ask(chunks + "1;" + endless).find("HTTP/1.1 431"), std::string::npos);
  EXPECT_NE(ask(chunks + "1\r\na\r\n0\r\nA: " + endless).find("HTTP/1.1 431"), std::string::npos);
}

TEST_F(HttpServer, RefusesRequestsThatTwoServersCouldReadDifferently) {
  start();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  const std::string rest = "Content-Length: 5\r\n\r\nabcde";
  EXPECT_NE(ask(head + "Transfer-Encoding:\r\nTransfer-Encoding: gzip\r\n" + rest).find("HTTP/1.1 400"),
            std::string::npos);
  EXPECT_NE(ask(head + "Transfer-Encoding:\r\n" + rest).find("HTTP/1.1 400"), std::string::npos);
  EXPECT_NE(ask(head + "Transfer-Encoding: chunked\r\n" + rest).find("HTTP/1.1 400"), std::string::npos);
}

TEST_F(HttpServer, SpeaksTheSmallPrintOfHttp) {
  start();
  const std::string head = ask("HEAD /hello HTTP/1.1\r\nHost: x\r\n" + std::string(closing));
  EXPECT_NE(head.find("Content-Length: 5"), std::string::npos);
  EXPECT_EQ(head.find("hello"), std::string::npos);
  const std::string expected = ask("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n" +
                                   std::string(closing) + "a");
  EXPECT_EQ(expected.find("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"), 0U) << expected;
  EXPECT_NE(ask("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 1\r\n\r\na").find("HTTP/1.1 417"),
            std::string::npos);
  EXPECT_NE(ask("DELETE /hello HTTP/1.1\r\nHost: x\r\n" + std::string(closing)).find("Allow: GET, HEAD, OPTIONS"),
            std::string::npos);
  EXPECT_NE(ask("GET /hello HTTP/1.0\r\n\r\n").find("hello"), std::string::npos);
  EXPECT_NE(ask("GET http://x/hello HTTP/1.1\r\nHost: x\r\n" + std::string(closing)).find("\r\n\r\nhello"),
            std::string::npos);
  for (const char* root : {"http://x", "http://x?of=it"}) {
    EXPECT_NE(ask(std::string("GET ") + root + " HTTP/1.1\r\nHost: x\r\n" + closing).find("nothing is served at /;"),
              std::string::npos);
  }
  EXPECT_NE(ask("GET ?x HTTP/1.1\r\nHost: x\r\n" + std::string(closing)).find("HTTP/1.1 400"), std::string::npos);
}

/// Requests to /turn, which are answered at the end of the turn in which they were read.
struct HttpServerTurns : HttpServer {
  HttpServerTurns() {
    options_.threads = 1;
    router_.add(Method::get, "/turn", [this](const HttpRequest&, Responder respond) {
      if (read_.empty()) core::end_of_turn()([this] { answer(); });
      read_.push_back(std::move(respond));
    });
  }
  void answer() {
    turns_.push_back(read_.size());
    for (Responder& respond : std::exchange(read_, {})) respond(HttpResponse::json("turned"));
  }

  std::vector<Responder> read_;     ///< on the server's thread, as the next
  std::vector<std::size_t> turns_;  ///< how many were read in each
};

TEST_F(HttpServerTurns, WhatHasComeTogetherIsReadInOneTurn) {
  start();
  constexpr std::size_t count = 5;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<Client>(server_->port()));
    clients.back()->send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    clients.back()->wait_for("hello");  // it is connected
  }
  const auto holder = hold_a_thread();
  for (const auto& client : clients) client->send("GET /turn HTTP/1.1\r\nHost: x\r\n" + std::string(closing));
  go_on_.count_down();
  for (const auto& client : clients) EXPECT_NE(client->rest().find("turned"), std::string::npos);
  server_->finish();
  EXPECT_EQ(turns_, std::vector{count});
}

TEST_F(HttpServer, AFloodOnOneModelDoesNotStandBeforeAnother) {
  options_.threads = 1;
  std::counting_semaphore<> waits(0);
  std::counting_semaphore<> goes_on(0);
  router_.add(Method::get, "/wait", [&](const HttpRequest&, Responder respond) {
    waits.release();
    goes_on.acquire();
    respond(HttpResponse::json("waited"));
  });
  std::vector<std::string> taken;  // on the server's thread until it has finished
  const std::array<std::string, 2> models{"flooded", "steady"};
  for (const std::string& model : models) {
    router_.add(Method::get, "/" + model, [&](const HttpRequest&, Responder respond) {
      core::worked_for() = &model;
      taken.push_back(model);
      respond(HttpResponse::json("taken"));
    });
  }
  start();
  constexpr std::size_t clients = 9;
  constexpr std::size_t rounds = 8;  // company is not expected at once
  const auto gate = std::make_unique<Client>(server_->port());
  std::vector<std::unique_ptr<Client>> all;
  for (std::size_t i = 0; i < clients; ++i) all.push_back(std::make_unique<Client>(server_->port()));
  for (std::size_t round = 0; round < rounds; ++round) {
    gate->send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    waits.acquire();
    for (const auto& client : all) {
      const std::string& model = models.at(client == all.back() ? 1 : 0);
      client->send(fmt::format("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", model));
    }
    goes_on.release();
    gate->wait_for("waited");
    for (const auto& client : all) client->wait_for("taken");
  }
  gate->close();
  for (const auto& client : all) client->close();
  server_->finish();
  ASSERT_EQ(taken.size(), rounds * clients);
  const auto last = taken.end() - clients;
  EXPECT_LE(std::find(last, taken.end(), "steady") - last, 2);
}

TEST_F(HttpServer, OutlivesHandlersThatThrowOrDrop) {
  start();
  const auto answer = [this](const std::string& path) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + closing);
  };
  for (const auto& [path, sentence] : {std::pair("/throw", "an internal error, see the server's log"),
                                       std::pair("/drop", "the request was dropped without an answer")}) {
    const std::string text = answer(path);
    EXPECT_TRUE(text.starts_with("HTTP/1.1 500") && text.find(sentence) != std::string::npos) << text;
  }
  EXPECT_NE(ask("GET /hello HTTP/1.1\r\nHost: x\r\n" + std::string(closing)).find("hello"), std::string::npos);
}

TEST_F(HttpServer, TellsThatTheClientHasGone) {
  start();
  Client client(server_->port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  Later later = later_.get_future().get();
  EXPECT_FALSE(later.first->load());
  client.close();
  const auto limit = core::now() + std::chrono::seconds(20);
  while (!later.first->load() && core::now() < limit) std::this_thread::yield();
  EXPECT_TRUE(later.first->load());
  later.second(HttpResponse::json("nobody"));
}

TEST_F(HttpServer, TakesABodyThatComesInPieces) {
  options_.max_request_bytes = 1U << 20U;
  start();
  std::string body(300'000, 'a');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  Client client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n" + std::string(closing) +
              body.substr(0, 10));
  client.send(body.substr(10, 150'000));
  client.send(body.substr(150'010));
  const std::string answer = client.rest();
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + body)) << answer.size();
}

TEST_F(HttpServer, PassesOverWhatTrailsAChunkedBody) {
  router_.add(Method::post, "/marked", [](const HttpRequest& request, Responder respond) {
    respond(HttpResponse::json(std::string(request.header("x-mark")) + "," + std::string(request.body.text())));
  });
  start();
  EXPECT_TRUE(ask("POST /marked HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + std::string(closing) +
                  "2\r\nab\r\n0\r\nX-Mark: late\r\n\r\n")
                  .ends_with("\r\n\r\n,ab"));
}

TEST_F(HttpServer, LetsOthersInBetweenRequestsThatFollowWithoutAPause) {
  options_.threads = 1;
  int done = 0;
  router_.add(Method::get, "/count",
              [&](const HttpRequest&, Responder respond) { respond(HttpResponse::json(std::to_string(++done))); });
  start();
  std::string many = "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n";
  for (int i = 0; i < 500; ++i) many += "GET /count HTTP/1.1\r\nHost: x\r\n\r\n";
  Client crowd(server_->port());
  crowd.send(many + "GET /hello HTTP/1.1\r\nHost: x\r\n" + std::string(closing));
  held_.wait();
  Client other(server_->port());
  other.send("GET /count HTTP/1.1\r\nHost: x\r\n" + std::string(closing));
  go_on_.count_down();
  const std::string answer = other.rest();
  const auto body = answer.find("\r\n\r\n");
  ASSERT_NE(body, std::string::npos);
  EXPECT_LT(std::stoi(answer.substr(body + 4)), 500);
  EXPECT_TRUE(crowd.rest().ends_with("hello"));
  EXPECT_EQ(done, 501);
}

TEST_F(HttpServer, EndsSlowClients) {
  options_.read_timeout = std::chrono::milliseconds(30);
  options_.idle_timeout = std::chrono::milliseconds(30);
  start();
  EXPECT_EQ(ask(""), "");
  EXPECT_EQ(ask("GET /hel"), "");
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"), "");
}

TEST_F(HttpServer, HoldsEachLimitWhateverTheLastOneWas) {
  options_.idle_timeout = std::chrono::seconds(60);
  options_.read_timeout = std::chrono::milliseconds(30);
  start();
  // the timer stands at the idle limit when the shorter one for reading begins, after the first request and the second
  const std::string hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_TRUE(ask(hello + hello + "GET /hel").ends_with("hello"));
  options_.idle_timeout = std::chrono::milliseconds(30);
  options_.read_timeout = std::chrono::seconds(60);
  start();
  EXPECT_TRUE(ask(hello).ends_with("hello"));
}

TEST_F(HttpServer, EndsClientsThatDoNotReadTheirAnswers) {
  options_.write_timeout = std::chrono::milliseconds(30);
  start();
  Client client(server_->port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string large(64U << 20U, 'a');
  later_.get_future().get().second(HttpResponse::json(large));
  const auto begin = core::now();
  server_.reset();  // which waits for answers that are being written
  EXPECT_LT(core::now() - begin, options_.finish_timeout / 2);
  EXPECT_LT(client.rest().size(), large.size());
}

TEST_F(HttpServer, AllowsOtherOriginsWhenAsked) {
  options_.cors_origin = "https://a.example";
  start();
  const std::string preflight =
      ask("OPTIONS /echo HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n" +
          std::string(closing));
  EXPECT_NE(preflight.find("HTTP/1.1 204"), std::string::npos);
  EXPECT_NE(preflight.find("Access-Control-Allow-Origin: https://a.example"), std::string::npos);
}

TEST_F(HttpServer, SaysWhenAPortIsTaken) {
  start();
  options_.port = server_->port();
  const auto second = Server::start(options_, router_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), core::Code::unavailable);
  EXPECT_NE(second.error().message().find("choose another"), std::string::npos);
}

}  // namespace
}  // namespace slipway::front::http
