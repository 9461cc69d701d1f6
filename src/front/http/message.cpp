#include "front/http/message.hpp"

#include <algorithm>

#include "protocol/status.hpp"

namespace slipway::front::http {

void HeaderFields::add(std::string_view name, std::string_view value) {
  constexpr std::size_t usual_bytes = 240;
  constexpr std::size_t usual_fields = 8;
  if (fields_.empty()) {
    text_.reserve(usual_bytes);
    fields_.reserve(usual_fields);
  }
  fields_.push_back({text_.size(), name.size(), value.size()});
  for (const char c : name) text_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  text_ += value;
}

std::string_view HeaderFields::name_of(const Field& field) const {
  return std::string_view(text_).substr(field.at, field.name_bytes);
}

std::string_view HeaderFields::operator[](std::string_view name) const {
  for (const Field& field : fields_) {
    if (name_of(field) == name) return std::string_view(text_).substr(field.at + field.name_bytes, field.value_bytes);
  }
  return {};
}

std::size_t HeaderFields::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields_, [&](const Field& field) { return name_of(field) == name; }));
}

std::size_t HttpResponse::body_bytes() const { return core::total_bytes(body); }

std::string_view HttpRequest::path_value(std::size_t index) const {
  return index < path_values.size() ? std::string_view(path_values[index]) : std::string_view();
}

HttpResponse HttpResponse::json(std::string_view text, unsigned status) {
  return HttpResponse::text(text, "application/json", status);
}

HttpResponse HttpResponse::document(std::string_view text, unsigned status) {
  HttpResponse response = json(text, status);
  response.may_be_compressed = false;
  return response;
}

HttpResponse HttpResponse::nothing() {
  HttpResponse response;
  response.status = 204;
  response.content_type = {};
  return response;
}

HttpResponse HttpResponse::text(std::string_view text, std::string_view content_type, unsigned status) {
  HttpResponse response;
  response.status = status;
  response.content_type = content_type;
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
  return document(protocol::error_body(sentence), status);
}

}  // namespace slipway::front::http
