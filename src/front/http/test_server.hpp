#pragma once

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <utility>

#include "front/http/server.hpp"

namespace slipway::front::http {

namespace asio = boost::asio;

/// A client that sends bytes as they are and reads until the server closes.
class Client {
 public:
  explicit Client(std::uint16_t port) { socket_.connect({asio::ip::make_address("127.0.0.1"), port}); }
  void send(const std::string& text) { asio::write(socket_, asio::buffer(text)); }
  void wait_for(const std::string& text) {
    before_.erase(0, asio::read_until(socket_, asio::dynamic_buffer(before_), text));
  }
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
  std::size_t available() const { return socket_.available(); }
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
    router_.add(Method::get, "/hold", [this](const HttpRequest&, Responder respond) {
      held_.count_down();
      go_on_.wait();
      respond(HttpResponse::json("held"));
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

  /// A client whose request holds a thread of the server until `go_on_` is counted down.
  std::unique_ptr<Client> hold_a_thread() {
    auto holder = std::make_unique<Client>(server_->port());
    holder->send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    held_.wait();
    return holder;
  }

  using Later = std::pair<std::shared_ptr<const std::atomic<bool>>, Responder>;
  std::promise<Later> later_;
  std::latch held_{1};
  std::latch go_on_{1};
  Router router_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

inline constexpr const char* closing = "Connection: close\r\n\r\n";

}  // namespace slipway::front::http
