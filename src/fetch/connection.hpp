#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "fetch/failure.hpp"
#include "fetch/limits.hpp"
#include "fetch/url.hpp"

namespace slipway::fetch {

/// One connection for one request, TLS or not. Every call blocks, at most as long as the limits say and until a stop is
/// asked for; after a failure the connection is of no more use. One thread; another finds the host, and may be left
/// behind, since the system's resolver cannot be told to end.
class Connection {
 public:
  using Request = boost::beast::http::request<boost::beast::http::empty_body>;
  using Head = boost::beast::http::response_header<>;

  /// `tls` where the address is an https one; it and `url` outlive this.
  Connection(const Url& url, boost::asio::ssl::context* tls, const Limits& limits);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Tried<void> connect();
  /// Sends, and reads until the answer's headers are there.
  Tried<void> exchange(const Request& request);
  /// Bytes of the body as they come; 0 at its end, which is where the headers say, and nowhere before.
  Tried<std::size_t> read(std::span<char> into);

  const Head& head() const { return parser_.get(); }
  /// Whether the answer says where its body ends.
  bool tells_its_end() const { return parser_.content_length().has_value() || parser_.chunked(); }
  std::optional<std::uint64_t> length() const;

 private:
  using Handler = std::function<void(boost::system::error_code)>;
  Tried<void> wait(std::string_view doing, const std::function<void(Handler)>& start);
  Tried<boost::asio::ip::tcp::resolver::results_type> resolve();
  Failure late(std::string_view doing) const;
  template <class Action>
  void with_stream(const Action& action);
  Tried<void> shake_hands(boost::asio::ssl::context& tls);

  const Url& url_;
  boost::asio::ssl::context* tls_;
  Limits limits_;
  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::socket tcp_{context_};
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> secure_;
  std::string question_;  ///< as it is sent
  boost::beast::flat_buffer buffer_;
  boost::beast::http::response_parser<boost::beast::http::buffer_body> parser_;
  std::stop_callback<std::function<void()>> stop_;
};

}  // namespace slipway::fetch
