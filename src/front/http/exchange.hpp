#pragma once

#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "front/http/message.hpp"
#include "front/turn.hpp"

namespace slipway::front::http {

/// One request waiting for its answer: shared by the connection and the Responder that went with the request. All but
/// `cancelled` is touched on the connection's io_context alone.
struct Exchange {
  explicit Exchange(std::shared_ptr<boost::asio::io_context> owner) : context(std::move(owner)), watch(*context) {}

  std::shared_ptr<boost::asio::io_context> context;  ///< kept, since an answer may come after the server has ended
  boost::asio::steady_timer watch;                   ///< looks after the client of an answer that takes long
  bool watched = false;                              ///< that is set
  int awaited_by = -1;                               ///< the socket of the connection that waits
  std::move_only_function<void()> go_on;             ///< has it do so no longer
  const void* subject = nullptr;                     ///< whose request it is (core::worked_for)
  std::optional<HttpResponse> response;
  std::atomic<bool> cancelled = false;

  /// Has the connection go on, if it waits for the response.
  void end_wait();
};

/// Waits until the exchange has its response.
inline boost::asio::awaitable<void> response_of(Exchange& exchange) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(
      [](auto handler, Exchange* waited_for) { waited_for->go_on = std::move(handler); }, boost::asio::use_awaitable,
      &exchange);
}

/// While one of these lives on a thread, a handler of a connection's request is on its stack. A connection that waited
/// does not go on there, or one whose handler answers another could stand on that one's, and so forth.
class Handling {
 public:
  Handling() : before_(std::exchange(now(), true)) {}
  ~Handling() { now() = before_; }
  Handling(const Handling&) = delete;
  Handling& operator=(const Handling&) = delete;
  static bool& now() {
    thread_local bool handling = false;
    return handling;
  }

 private:
  bool before_;
};

inline void Exchange::end_wait() {
  if (!go_on) return;
  auto waiting = std::exchange(go_on, nullptr);
  if (Turn* const turn = turn_to_wait_for()) return turn->add(subject, std::move(waiting));
  if (!Handling::now()) return waiting();
  boost::asio::post(*context, std::move(waiting));
}

/// The Responder of an exchange; one that is dropped uncalled answers 500, so that no client waits for nothing, and
/// points to the log where that was by an exception, which is logged where it is caught.
class Reply {
 public:
  explicit Reply(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply() {
    if (!exchange_) return;
    try {
      deliver(HttpResponse::error(500, std::uncaught_exceptions() > 0 ? "an internal error, see the server's log"
                                                                      : "the request was dropped without an answer"));
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is no memory to tell anybody
    }
  }

  void operator()(HttpResponse response) { deliver(std::move(response)); }

 private:
  /// Where there is no memory to do so the destructor tries again, with less.
  void deliver(HttpResponse response) {
    boost::asio::dispatch(*exchange_->context, [exchange = exchange_, answer = std::move(response)]() mutable {
      exchange->response = std::move(answer);
      exchange->end_wait();
    });
    exchange_.reset();
  }

  std::shared_ptr<Exchange> exchange_;
};

}  // namespace slipway::front::http
