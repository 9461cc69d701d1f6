#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/buffer.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"

namespace slipway::front::http {

enum class Method { get, head, post, put, del, options, other };

/// One HTTP request, complete: the body was read, taken out of its chunks and decompressed. Moved to the handler.
struct HttpRequest {
  Method method = Method::get;
  std::string target;                                        ///< as received: path and query
  std::string path;                                          ///< percent-decoded, without the query
  std::string query;                                         ///< as received, without the '?'
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::vector<std::string> path_values;                      ///< what the route's {…} matched, in order
  core::Buffer body;
  core::TimePoint received = core::now();  ///< when the first byte of the header had come
  /// Becomes true when the client closes the connection before its answer; null when the front does not watch.
  std::shared_ptr<const std::atomic<bool>> cancelled;

  /// The value of a header, "" when it is not there; `name` in lower case.
  std::string_view header(std::string_view name) const;
  /// What the route's {…} number `index` matched, "" where the route has fewer.
  std::string_view path_value(std::size_t index) const;
};

/// One HTTP response. Content-Length, Date, Connection, CORS and Content-Encoding are the connection's to add.
struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<core::Buffer> body;  ///< written one after the other, by one writev

  std::size_t body_bytes() const;

  static HttpResponse json(std::string_view text, unsigned status = 200);
  static HttpResponse text(std::string_view text, std::string content_type, unsigned status = 200);
  /// `{"error": "…"}` with the status of the one table in protocol/status, and Retry-After where it belongs.
  static HttpResponse error(const core::Error& error);
  static HttpResponse error(unsigned status, std::string_view sentence);
};

/// Gives the answer; called exactly once, from any thread.
using Responder = std::move_only_function<void(HttpResponse)>;
/// Answers a request, now or later; must not block. Called on the connection's thread.
using Handler = std::function<void(HttpRequest, Responder)>;

}  // namespace slipway::front::http
