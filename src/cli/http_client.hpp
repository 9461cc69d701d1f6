#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::cli {

/// An address in its parts.
struct Url {
  std::string host;
  std::uint16_t port = 80;
  std::string path;  ///< with its '/', without a trailing one, as it is sent; "" when there is none
};

/// Whether `text` is meant as an address rather than a file.
bool looks_like_url(std::string_view text);
/// Takes http:// (port 80 unless said), or the other scheme asked for: grpc:// (8001). invalid_argument says what is
/// wrong; https is not taken.
core::Result<Url> parse_url(std::string_view text, std::string_view scheme = "http://");

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
  std::optional<std::size_t> json_bytes;  ///< Inference-Header-Content-Length
};

struct HttpQuestion {
  std::string_view method;
  std::string_view path;
  std::string_view body{};
  std::string_view content_type{};
  std::optional<std::size_t> json_bytes{};  ///< sent as Inference-Header-Content-Length
};

/// One request over one connection, blocking, within `limit` in all. unavailable when nobody answers.
core::Result<HttpAnswer> http_request(const Url& url, const HttpQuestion& question, std::chrono::milliseconds limit);

}  // namespace slipway::cli
