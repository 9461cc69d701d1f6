#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>

#include "front/http/connection.hpp"
#include "front/http/test_server.hpp"

namespace slipway::front::http {

/// A connection whose handlers a test runs, so that it can come between two of them.
class ServedByHand {
 public:
  ServedByHand(const ServerOptions& options, const Router& router)
      : connection(context_, acceptor_.accept(), options, router, line_) {
    asio::co_spawn(*context_, connection.serve(), [this](const std::exception_ptr& failure) {
      EXPECT_FALSE(failure);
      ended_ = true;
    });
  }
  ~ServedByHand() { run_to_the_end(); }
  ServedByHand(const ServedByHand&) = delete;
  ServedByHand& operator=(const ServedByHand&) = delete;

  /// Waits for a handler and runs it; false where there is nothing left to do.
  bool run_one() { return !ended_ && context_->run_one() > 0; }
  /// Runs what need not be waited for.
  void run_ready() {
    while (!ended_ && context_->poll_one() > 0) {
    }
  }
  void run_to_the_end() {
    while (run_one()) {
    }
  }
  bool has_ended() const { return ended_; }

 private:
  /// Its connections have room for all that a test sends, so that it has come when it was sent.
  static asio::ip::tcp::acceptor roomy_acceptor(asio::io_context& context) {
    asio::ip::tcp::acceptor made(context, asio::ip::tcp::v4());
    made.set_option(asio::socket_base::receive_buffer_size(1 << 20));
    made.bind({asio::ip::make_address("127.0.0.1"), 0});
    made.listen();
    return made;
  }

  const std::shared_ptr<asio::io_context> context_ = std::make_shared<asio::io_context>();
  asio::ip::tcp::acceptor acceptor_ = roomy_acceptor(*context_);
  OneAtATime line_;
  bool ended_ = false;  // of the connection; its timer goes on

 public:
  Client client{acceptor_.local_endpoint().port()};
  Connection connection;
};

}  // namespace slipway::front::http
