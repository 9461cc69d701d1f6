#include "protocol/openapi_operation.hpp"

#include <fmt/format.h>

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

}  // namespace slipway::protocol::openapi
