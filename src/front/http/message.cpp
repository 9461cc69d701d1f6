#include "front/http/message.hpp"

#include "protocol/status.hpp"

namespace slipway::front::http {

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::size_t HttpResponse::body_bytes() const { return core::total_bytes(body); }

std::string_view HttpRequest::path_value(std::size_t index) const {
  return index < path_values.size() ? std::string_view(path_values[index]) : std::string_view();
}

HttpResponse HttpResponse::json(std::string_view text, unsigned status) {
  return HttpResponse::text(text, "application/json", status);
}

HttpResponse HttpResponse::text(std::string_view text, std::string content_type, unsigned status) {
  HttpResponse response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body.push_back(core::Buffer::copy_of(text));
  return response;
}

HttpResponse HttpResponse::error(const core::Error& error) {
  HttpResponse response = HttpResponse::error(protocol::http_status(error.code()), error.message());
  if (const unsigned seconds = protocol::retry_after_seconds(error.code()); seconds != 0)
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

HttpResponse HttpResponse::error(unsigned status, std::string_view sentence) {
  return json(protocol::error_body(sentence), status);
}

}  // namespace slipway::front::http
