#include "protocol/openapi_operation.hpp"

#include <fmt/format.h>

#include <cctype>
#include <utility>

namespace slipway::protocol::openapi {

namespace json = boost::json;

json::object schema_ref(std::string_view name) { return {{"$ref", fmt::format("#/components/schemas/{}", name)}}; }

json::object json_content(json::value schema) {
  return {{"application/json", json::object{{"schema", std::move(schema)}}}};
}

json::object responses(std::string_view description, json::object content, std::initializer_list<unsigned> refusals) {
  json::object all{{"200", json::object{{"description", description}, {"content", std::move(content)}}}};
  for (const unsigned status : refusals)
    all[std::to_string(status)] = json::object{{"$ref", fmt::format("#/components/responses/{}", status)}};
  all["default"] = json::object{{"$ref", "#/components/responses/default"}};
  return all;
}

json::object get(std::string_view summary, std::string_view tag, std::string id, json::value schema,
                 std::initializer_list<unsigned> refusals) {
  return {{"summary", summary},
          {"tags", json::array{tag}},
          {"operationId", std::move(id)},
          {"responses", responses("The document", json_content(std::move(schema)), refusals)}};
}

std::string path_segment(std::string_view text) {
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x80U && (std::isalnum(byte) != 0 || std::string_view("-._~").find(letter) != std::string_view::npos)) {
      encoded += letter;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

}  // namespace slipway::protocol::openapi
