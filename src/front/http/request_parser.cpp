#include "front/http/request_parser.hpp"

#include <boost/beast/http/error.hpp>
#include <cstring>

namespace slipway::front::http {

namespace wire = boost::beast::http;

namespace {

Method method_from(wire::verb verb) {
  switch (verb) {
    case wire::verb::get: return Method::get;
    case wire::verb::head: return Method::head;
    case wire::verb::post: return Method::post;
    case wire::verb::put: return Method::put;
    case wire::verb::delete_: return Method::del;
    case wire::verb::options: return Method::options;
    default: return Method::other;
  }
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

boost::system::error_code RequestParser::take(boost::beast::flat_buffer& buffer) {
  eager(is_header_done());  // the header alone first
  Error error;
  buffer.consume(put(buffer.data(), error));
  const bool whole = eager() ? is_done() : is_header_done();
  if (!error && !whole) error = wire::error::need_more;
  return error;
}

std::uint64_t RequestParser::announced_bytes() const {
  const auto length = content_length();
  return length ? *length : 0;
}

void RequestParser::on_request_impl(wire::verb method, Text /*name*/, Text target, int version, Error& error) {
  error = {};
  request_.method = method_from(method);
  request_.path = view(target);
  http_1_0_ = version < 11;
}

void RequestParser::on_field_impl(wire::field /*field*/, Text name, Text value, Error& error) {
  error = {};
  // what trails a body in chunks is none of the fields that were asked for (RFC 9110, 6.5.1)
  if (!header_done_) request_.headers.add(view(name), view(value));
}

void RequestParser::on_header_impl(Error& error) {
  error = {};
  header_done_ = true;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t /*left*/, Text bytes, Error& error) {
  error = {};
  const std::size_t at = request_.body.size();
  request_.body.resize(at + bytes.size());
  std::memcpy(request_.body.data() + at, bytes.data(), bytes.size());
  return bytes.size();
}

std::size_t RequestParser::on_body_impl(Text bytes, Error& error) { return on_chunk_body_impl(0, bytes, error); }

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, Error& error) { error = {}; }
void RequestParser::on_chunk_header_impl(std::uint64_t /*size*/, Text /*extensions*/, Error& error) { error = {}; }
void RequestParser::on_finish_impl(Error& error) { error = {}; }
void RequestParser::on_response_impl(int /*status*/, Text /*reason*/, int /*version*/, Error& error) { error = {}; }

}  // namespace slipway::front::http
