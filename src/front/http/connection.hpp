#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>

#include "front/http/body.hpp"
#include "front/http/exchange.hpp"
#include "front/http/response_writer.hpp"
#include "front/http/router.hpp"
#include "front/http/server.hpp"
#include "front/http/socket_connection.hpp"

namespace slipway::front::http {

/// One client's connection: reads requests one after the other, hands each to the router, writes its answer. Lives on
/// one io_context's thread, in the coroutine that runs `serve`.
class Connection {
 public:
  Connection(std::shared_ptr<boost::asio::io_context> context, boost::asio::ip::tcp::socket socket,
             const ServerOptions& options, const Router& router);

  /// Until the client or a time-out ends it, or `finish` asked for it.
  boost::asio::awaitable<void> serve();

  /// Ends the connection: at once when no whole request header has come, else when that request was answered. On its
  /// own thread.
  void finish();

  /// Gives up the request in flight, if there is one: what has not run is dropped. On its own thread.
  void abandon();

 private:
  using Parser = boost::beast::http::request_parser<BufferBody>;

  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<bool> read_header(Parser& parser);
  boost::asio::awaitable<bool> read_body(Parser& parser);
  boost::asio::awaitable<std::optional<HttpRequest>> request_from(Parser& parser);
  boost::asio::awaitable<HttpResponse> answer(HttpRequest& request);
  /// What to do with a request that wants to become a WebSocket; null for one that does not.
  const SocketOpener* opener_for(Parser& parser, const HttpRequest& request) const;
  boost::asio::awaitable<void> serve_socket(Parser& parser, const HttpRequest& request, const SocketOpener& open);
  // by reference: GCC 12 destroys some coroutine parameters twice when they come from temporaries
  boost::asio::awaitable<bool> write(HttpResponse& response);
  /// Answers a request that cannot be read to its end, then lets the client finish sending, within bounds, so that it
  /// sees the answer and not a reset.
  boost::asio::awaitable<void> refuse(HttpResponse& response);
  boost::asio::awaitable<void> refuse_parse(const boost::system::error_code& error);

  std::shared_ptr<boost::asio::io_context> context_;
  boost::beast::tcp_stream stream_;
  const ServerOptions& options_;
  const Router& router_;
  boost::beast::flat_buffer buffer_;
  AnswerForm form_;
  std::string header_;
  std::shared_ptr<Exchange> exchange_;        ///< of the request in flight
  std::shared_ptr<SocketConnection> socket_;  ///< once it has become one
  core::TimePoint received_;                  ///< when the first byte of the request had come
  bool idle_ = true;                          ///< no whole header has come
  bool finishing_ = false;
};

}  // namespace slipway::front::http
