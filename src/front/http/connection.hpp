#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "front/http/exchange.hpp"
#include "front/http/request_parser.hpp"
#include "front/http/response_writer.hpp"
#include "front/http/router.hpp"
#include "front/http/server.hpp"
#include "front/http/socket_connection.hpp"
#include "front/http/stream.hpp"
#include "front/one_at_a_time.hpp"

namespace slipway::front::http {

/// One client's connection: reads requests one after the other, hands each to the router, writes its answer. Lives on
/// one io_context's thread, in the coroutine that runs `serve`.
class Connection {
 public:
  Connection(std::shared_ptr<boost::asio::io_context> context, boost::asio::ip::tcp::socket socket,
             const ServerOptions& options, const Router& router, OneAtATime& inflating);

  /// Until the client or a time-out ends it, or `finish` asked for it.
  boost::asio::awaitable<void> serve();

  /// Closes the connection behind the next answer that no request follows which has come by then. On its own thread.
  void send_away() { sending_away_ = true; }

  /// Ends the connection: when the request in flight was answered; at once when nothing of the next has come or its
  /// header has not come whole. The first has first_request_grace to come: who has just connected means to ask. On its
  /// own thread.
  void finish();

  /// Refuses a request that has not come whole: it was not accepted. Between `finish` and the end, on its own thread.
  void stop_reading();

  /// Whether it refused one whose body had not come whole, or had not come out of its coding.
  bool has_refused() const { return refused_; }

  /// Gives up the request in flight, if there is one: what has not run is dropped. On its own thread.
  void abandon();

 private:
  bool sends_more();
  bool waits_no_more() const;
  void count_what_came();
  bool has_begun();
  /// Waits for more bytes behind those that have come. False when there will be none by the deadline.
  boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer room, core::TimePoint deadline);
  boost::asio::awaitable<bool> fill(core::TimePoint deadline);
  /// Reads on until `parser` has what it was told to take.
  boost::asio::awaitable<boost::system::error_code> read_on(RequestParser& parser);
  boost::asio::awaitable<boost::system::error_code> read_body(RequestParser& parser);
  boost::asio::awaitable<boost::system::error_code> read_announced(core::Buffer& body, std::uint64_t bytes,
                                                                   std::size_t lead);
  /// Takes the form of the answer and the path from a header that has come whole; what is wrong with it, if anything.
  std::optional<HttpResponse> objection(RequestParser& parser);
  /// Undoes the body's coding.
  boost::asio::awaitable<std::optional<HttpResponse>> inflate(HttpRequest& request);
  boost::asio::awaitable<core::Result<core::Buffer>> inflated(const HttpRequest& request);
  void hand_on(HttpRequest request);
  boost::asio::awaitable<void> wait_for_answer();
  boost::asio::awaitable<void> serve_socket(const HttpRequest& request, const SocketHandshake& handshake,
                                            const SocketOpener& open);
  // by reference: GCC 12 destroys some coroutine parameters twice when they come from temporaries
  boost::asio::awaitable<bool> write(HttpResponse& response);
  /// Answers a request that cannot be read to its end, then lets the client finish sending, within bounds, so that it
  /// sees the answer and not a reset.
  boost::asio::awaitable<void> refuse(HttpResponse& response);

  std::shared_ptr<boost::asio::io_context> context_;
  Stream stream_;
  const ServerOptions& options_;
  const Router& router_;
  OneAtATime& inflating_;  ///< bodies of the thread's connections
  boost::beast::flat_buffer buffer_;
  AnswerForm form_;
  std::string header_;
  std::vector<boost::asio::const_buffer> parts_;
  std::shared_ptr<Exchange> exchange_;        ///< of the request in flight, or the last
  std::shared_ptr<SocketConnection> socket_;  ///< once it has become one
  core::TimePoint received_;                  ///< when the first byte of the request had come
  const void* subject_ = nullptr;             ///< whose the last request was (core::worked_for)
  bool idle_ = true;                          ///< no whole header has come
  bool was_asked_ = false;                    ///< a first request's header has come
  bool reading_body_ = false;
  bool sending_away_ = false;
  bool finishing_ = false;
  core::TimePoint first_request_by_ = core::no_deadline;  ///< when its header must have come, if the server is ending
  bool abandoned_ = false;
  bool stopped_reading_ = false;  ///< by stop_reading()
  std::size_t left_to_read_ = 0;  ///< since reading stopped: of what had come by then, or by this part of the request
  bool refused_ = false;
};

}  // namespace slipway::front::http
