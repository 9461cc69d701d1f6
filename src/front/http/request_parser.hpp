#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <limits>

#include "front/http/message.hpp"

namespace slipway::front::http {

/// Makes an HttpRequest of the bytes of an HTTP/1.1 request: Beast reads the grammar, and what it finds goes to its
/// place at once. A body whose length was announced is not for the parser: its bytes are read to where they shall lie.
///
///   RequestParser parser({.header_bytes = 65536, .body_bytes = 1 << 20});
///   while (error == wire::error::need_more) … error = parser.take(buffer);
class RequestParser : private boost::beast::http::basic_parser<true> {
 public:
  struct Limits {
    std::uint32_t header_bytes;
    std::uint64_t body_bytes;
  };
  explicit RequestParser(const Limits& limits) {
    header_limit(limits.header_bytes);
    body_limit(limits.body_bytes);
  }

  /// Takes the header off the buffer, and with the next call, where has_chunks(), the body. need_more when the rest
  /// has not come; a Beast error for what is no request or over a limit. Throws std::bad_alloc.
  boost::system::error_code take(boost::beast::flat_buffer& buffer);

  /// What was read. `path` is the target as received until the caller has decoded it.
  HttpRequest& request() { return request_; }

  // of the header, once take() has given no error
  using basic_parser::keep_alive;
  bool is_http_1_0() const { return http_1_0_; }
  bool has_body() const { return !is_done(); }
  bool has_chunks() const { return chunked(); }
  /// The bytes of the body where they were announced, else 0.
  std::uint64_t announced_bytes() const;

 private:
  using Text = boost::beast::string_view;
  using Error = boost::system::error_code;
  void on_request_impl(boost::beast::http::verb method, Text name, Text target, int version, Error& error) override;
  void on_response_impl(int status, Text reason, int version, Error& error) override;
  void on_field_impl(boost::beast::http::field field, Text name, Text value, Error& error) override;
  void on_header_impl(Error& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& error) override;
  std::size_t on_body_impl(Text bytes, Error& error) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, Error& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, Text bytes, Error& error) override;
  void on_finish_impl(Error& error) override;

  HttpRequest request_;
  bool http_1_0_ = false;
  bool header_done_ = false;
};

}  // namespace slipway::front::http
