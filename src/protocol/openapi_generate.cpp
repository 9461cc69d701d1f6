#include "protocol/openapi_generate.hpp"

#include <algorithm>
#include <utility>

#include "protocol/openapi_operation.hpp"
#include "protocol/openapi_schema.hpp"

namespace slipway::protocol::openapi {

namespace json = boost::json;

namespace {

json::object request_media(const Service& service) {
  json::object properties{{"id", json::object{{"type", "string"}}}, {"parameters", json::object{{"type", "object"}}}};
  json::array required;
  json::object example;
  bool is_small = true;
  for (const core::TensorInfo& info : service.inputs) {
    properties[info.name] =
        json::object{{"description", "A value, or lists of them; leading dimensions of size 1 may be left out"}};
    required.emplace_back(info.name);
    const auto count = core::element_count(example_shape(info));
    is_small = is_small && count && *count <= most_shown_elements;
    if (is_small) example[info.name] = nested_example(info);
  }
  json::object media{
      {"schema",
       json::object{{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}}}};
  if (is_small) media["example"] = std::move(example);
  return media;
}

json::object answer_content(const Service& service, bool stream) {
  const json::object text{{"type", "string"}};
  if (stream) return {{"text/event-stream", json::object{}}};  // 3.1 has no schema for events
  json::object properties{{"model_name", text}, {"model_version", text}};
  for (const core::TensorInfo& info : service.outputs)
    properties[info.name] = json::object{{"description", "The value, or one list of them"}};
  return json_content(json::object{{"type", "object"},
                                   {"properties", std::move(properties)},
                                   {"required", json::array{"model_name", "model_version"}}});
}

}  // namespace

json::object generate(const Service& service, std::string id, bool stream) {
  return {{"summary", stream ? "Generate, answered as an event" : "Generate"},
          {"tags", json::array{service.name}},
          {"operationId", std::move(id)},
          {"requestBody", json::object{{"required", true},
                                       {"description", "Each input under its name; other keys are parameters"},
                                       {"content", json::object{{"application/json", request_media(service)}}}}},
          {"responses", responses("The outputs, each under its name", answer_content(service, stream),
                                  {400, 404, 413, 500, 503, 504})}};
}

}  // namespace slipway::protocol::openapi
