#pragma once

#include <atomic>
#include <boost/container/small_vector.hpp>
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

/// The header fields of a request, in the order they came, in one block of memory.
class HeaderFields {
 public:
  void add(std::string_view name, std::string_view value);
  /// The value of the first field of that name, given in lower case; "" when there is none.
  std::string_view operator[](std::string_view name) const;
  std::size_t count(std::string_view name) const;

 private:
  struct Field {
    std::size_t at, name_bytes, value_bytes;
  };
  std::string_view name_of(const Field& field) const;

  std::string text_;  ///< each name in lower case and its value, behind one another
  std::vector<Field> fields_;
};

/// One HTTP request, complete: the body was read, taken out of its chunks and decompressed. Moved to the handler.
struct HttpRequest {
  Method method = Method::get;
  std::string path;   ///< percent-decoded, without the query
  std::string query;  ///< what stands behind the "?", as it came
  HeaderFields headers;
  boost::container::small_vector<std::string, 2> path_values;  ///< what the route's {…} matched, in order
  core::Buffer body;
  core::TimePoint received = core::now();  ///< when the first byte of the header had come
  /// Becomes true when the client closes the connection before its answer; null when the front does not watch.
  std::shared_ptr<const std::atomic<bool>> cancelled;

  /// The value of a header, "" when it is not there; `name` in lower case.
  std::string_view header(std::string_view name) const { return headers[name]; }
  /// What the route's {…} number `index` matched, "" where the route has fewer.
  std::string_view path_value(std::size_t index) const;
};

/// One HTTP response. Content-Length, Date, Connection, CORS and Content-Encoding are the connection's to add.
struct HttpResponse {
  unsigned status = 200;
  std::string_view content_type = "application/json";  ///< "" for none; a literal, as the headers' names are
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::vector<core::Buffer> body;  ///< written one after the other, by one writev
  bool may_be_compressed = true;

  std::size_t body_bytes() const;

  /// 204: done, and there is nothing to say.
  static HttpResponse nothing();
  static HttpResponse json(std::string_view text, unsigned status = 200);
  /// One of the V2 protocol's documents, or an error, which is never compressed: tritonclient's asyncio client reads
  /// them as they come, although the library it uses says that it takes gzip.
  static HttpResponse document(std::string_view text, unsigned status = 200);
  static HttpResponse text(std::string_view text, std::string_view content_type, unsigned status = 200);
  /// `{"error": "…"}` with the status of the one table in protocol/status, and Retry-After where it belongs.
  static HttpResponse error(const core::Error& error);
  static HttpResponse error(unsigned status, std::string_view sentence);
};

/// Gives the answer; called exactly once, from any thread.
using Responder = std::move_only_function<void(HttpResponse)>;
/// Answers a request, now or later; must not block. Called on the connection's thread.
using Handler = std::function<void(HttpRequest, Responder)>;

}  // namespace slipway::front::http
