#include "front/http/server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <latch>
#include <thread>

#include "front/http/compression.hpp"

namespace slipway::front::http {
namespace {

namespace asio = boost::asio;

/// A client that sends bytes as they are and reads until the server closes.
class Client {
 public:
  explicit Client(std::uint16_t port) { socket_.connect({asio::ip::make_address("127.0.0.1"), port}); }
  void send(const std::string& text) { asio::write(socket_, asio::buffer(text)); }
  void wait_for(const std::string& text) { asio::read_until(socket_, asio::dynamic_buffer(before_), text); }
  std::string rest() {
    std::string text;
    boost::system::error_code error;
    asio::read(socket_, asio::dynamic_buffer(text), error);
    return text;
  }
  std::string ask(const std::string& text) {
    send(text);
    return rest();
  }
  void close() { socket_.close(); }

 private:
  std::string before_;
  asio::io_context context_;
  asio::ip::tcp::socket socket_{context_};
};

class HttpServer : public ::testing::Test {
 protected:
  HttpServer() {
    router_.add(Method::post, "/echo", [](HttpRequest request, Responder respond) {
      HttpResponse response;
      response.content_type = "text/plain";
      response.body.push_back(std::move(request.body));
      respond(std::move(response));
    });
    router_.add(Method::get, "/hello",
                [](const HttpRequest&, Responder respond) { respond(HttpResponse::json("hello")); });
    router_.add(Method::get, "/throw",
                [](const HttpRequest&, const Responder&) { throw std::runtime_error("on purpose"); });
    router_.add(Method::get, "/drop", [](const HttpRequest&, const Responder&) {});
    router_.add(Method::get, "/later", [this](HttpRequest request, Responder respond) {
      later_.set_value({std::move(request.cancelled), std::move(respond)});
    });
    options_.port = 0;
    options_.threads = 2;
    options_.max_request_bytes = 10'000;
    options_.max_header_bytes = 1024;
  }
  void start() {
    auto server = Server::start(options_, router_);
    ASSERT_TRUE(server) << server.error().message();
    server_ = *std::move(server);
  }
  std::string ask(const std::string& text) { return Client(server_->port()).ask(text); }

  using Later = std::pair<std::shared_ptr<const std::atomic<bool>>, Responder>;
  std::promise<Later> later_;
  Router router_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

constexpr const char* closing = "Connection: close\r\n\r\n";

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
                std::to_string(bomb.size()) + "\r\n\r\n" + std::string(bomb.text()))
                .find("HTTP/1.1 413"),
            std::string::npos);
  EXPECT_NE(ask("nonsense\r\n\r\n").find("HTTP/1.1 400"), std::string::npos);
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
}

TEST_F(HttpServer, OutlivesHandlersThatThrowOrDrop) {
  start();
  EXPECT_NE(ask("GET /throw HTTP/1.1\r\nHost: x\r\n" + std::string(closing)).find("HTTP/1.1 500"), std::string::npos);
  EXPECT_NE(ask("GET /drop HTTP/1.1\r\nHost: x\r\n" + std::string(closing)).find("HTTP/1.1 500"), std::string::npos);
  EXPECT_NE(ask("GET /hello HTTP/1.1\r\nHost: x\r\n" + std::string(closing)).find("hello"), std::string::npos);
}

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
  std::jthread ending([this] { server_.reset(); });
  const std::string refusal = client.rest();
  EXPECT_NE(refusal.find("HTTP/1.1 503"), std::string::npos) << refusal;
  client.close();
  later.second(HttpResponse::json("at last"));
  EXPECT_NE(other.rest().find("at last"), std::string::npos) << "what was accepted is answered all the same";
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
  std::promise<void> holding;
  std::promise<void> go_on;
  int done = 0;
  router_.add(Method::get, "/hold", [&](const HttpRequest&, Responder respond) {
    holding.set_value();
    go_on.get_future().wait();
    respond(HttpResponse::json("held"));
  });
  router_.add(Method::get, "/count",
              [&](const HttpRequest&, Responder respond) { respond(HttpResponse::json(std::to_string(++done))); });
  start();
  std::string many = "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n";
  for (int i = 0; i < 500; ++i) many += "GET /count HTTP/1.1\r\nHost: x\r\n\r\n";
  Client crowd(server_->port());
  crowd.send(many + "GET /hello HTTP/1.1\r\nHost: x\r\n" + std::string(closing));
  holding.get_future().wait();
  Client other(server_->port());
  other.send("GET /count HTTP/1.1\r\nHost: x\r\n" + std::string(closing));
  go_on.set_value();
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
