#pragma once

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "front/http/message.hpp"

namespace slipway::front::http {

/// One request waiting for its answer: shared by the connection and the Responder that went with the request. All but
/// `cancelled` is touched on the connection's io_context alone.
struct Exchange {
  explicit Exchange(std::shared_ptr<boost::asio::io_context> owner) : context(std::move(owner)), answered(*context) {}

  std::shared_ptr<boost::asio::io_context> context;  ///< kept, since an answer may come after the server has ended
  boost::asio::steady_timer answered;                ///< cancelled when the answer is there and awaited
  bool awaited = false;                              ///< the connection waits for it
  std::optional<HttpResponse> response;
  std::atomic<bool> cancelled = false;
};

/// The Responder of an exchange; one that is dropped uncalled answers 500, so that no client waits for nothing.
class Reply {
 public:
  explicit Reply(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply() {
    if (exchange_) deliver(HttpResponse::error(500, "the request was dropped without an answer"));
  }

  void operator()(HttpResponse response) { deliver(std::move(response)); }

 private:
  void deliver(HttpResponse response) {
    auto& context = *exchange_->context;
    boost::asio::dispatch(context, [exchange = std::move(exchange_), answer = std::move(response)]() mutable {
      exchange->response = std::move(answer);
      if (exchange->awaited) exchange->answered.cancel();
    });
  }

  std::shared_ptr<Exchange> exchange_;
};

}  // namespace slipway::front::http
