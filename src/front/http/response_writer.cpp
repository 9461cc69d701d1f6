#include "front/http/response_writer.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <ctime>
#include <iterator>

namespace slipway::front::http {

namespace {

constexpr std::size_t worth_compressing_bytes = 1024;
constexpr std::size_t most_compressed_bytes = 1U << 30U;  // zlib counts in 32 bits

bool has_header(const HttpResponse& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [name](const auto& header) { return header.first == name; });
}

/// The Date field, made once a second on each thread.
std::string_view date() {
  thread_local std::time_t made_at = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
    made_at = now;
  }
  return text;
}

}  // namespace

void write_header(std::string& out, HttpResponse& response, const AnswerForm& form, const ServerOptions& options) {
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
  auto end = std::back_inserter(out);
  fmt::format_to(end, "HTTP/1.1 {} {}\r\nServer: slipway/{}\r\nDate: {}\r\n", response.status,
                 std::string_view(reason.data(), reason.size()), SLIPWAY_VERSION, date());
  const std::size_t bytes = response.body_bytes();
  const bool may_compress = response.may_be_compressed && bytes >= worth_compressing_bytes &&
                            bytes <= most_compressed_bytes && !has_header(response, "Content-Encoding");
  if (may_compress) {
    out += "Vary: Accept-Encoding\r\n";
    // sizes in these headers are those of the uncompressed body; clients of the binary extension inflate first
    if (form.coding != Coding::identity) {
      core::Buffer compressed = compress(response.body, form.coding);
      response.body.clear();
      response.body.push_back(std::move(compressed));
      fmt::format_to(end, "Content-Encoding: {}\r\n", form.coding == Coding::gzip ? "gzip" : "deflate");
    }
  }
  if (!response.content_type.empty()) fmt::format_to(end, "Content-Type: {}\r\n", response.content_type);
  for (const auto& [name, value] : response.headers) fmt::format_to(end, "{}: {}\r\n", name, value);
  if (options.cors_origin) {
    fmt::format_to(end, "Access-Control-Allow-Origin: {}\r\n", *options.cors_origin);
    if (*options.cors_origin != "*") out += "Vary: Origin\r\n";
    out += "Access-Control-Expose-Headers: Inference-Header-Content-Length, Retry-After\r\n";
  }
  if (response.status != 204) fmt::format_to(end, "Content-Length: {}\r\n", response.body_bytes());
  if (!form.keep_alive) {
    out += "Connection: close\r\n";
  } else if (form.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace slipway::front::http
