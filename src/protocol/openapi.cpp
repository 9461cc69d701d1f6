#include "protocol/openapi.hpp"

#include <boost/json.hpp>

#include "protocol/v2_documents.hpp"

namespace slipway::protocol {

namespace json = boost::json;

namespace {

json::object schema_ref(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

json::object json_content(json::value schema) {
  return {{"application/json", {{"schema", std::move(schema)}}}};
}

/// The answers every endpoint may give besides its own.
json::object with_errors(json::object responses) {
  responses["default"] = {{"description", "What was wrong, as one sentence"}, {"content", json_content(schema_ref("Error"))}};
  return responses;
}

json::object answer(std::string_view description, json::value schema) {
  return with_errors({{"200", {{"description", description}, {"content", json_content(std::move(schema))}}}});
}

json::object get(std::string_view summary, std::string_view tag, json::value schema) {
  return {{"get", {{"summary", summary}, {"tags", {tag}}, {"responses", answer("The document", std::move(schema))}}}};
}

json::value element_schema(core::DataType dtype) {
  switch (dtype) {
    case core::DataType::boolean: return {{"type", "boolean"}};
    case core::DataType::bytes: return {{"type", "string"}};
    case core::DataType::fp16:
    case core::DataType::bf16:
    case core::DataType::fp32:
    case core::DataType::fp64: return {{"type", {"number", "null"}}};
    default: return {{"type", "integer"}};
  }
}

/// Nested lists of a shape.
json::value nested_schema(const core::TensorInfo& info) {
  json::value schema = element_schema(info.dtype);
  for (std::size_t i = info.shape.size(); i-- > 0;) {
    json::object list{{"type", "array"}, {"items", std::move(schema)}};
    if (info.shape[i] >= 0) {
      list["minItems"] = info.shape[i];
      list["maxItems"] = info.shape[i];
    }
    schema = std::move(list);
  }
  return schema;
}

/// A small shape that the model's own allows.
core::Shape example_shape(const core::TensorInfo& info) {
  core::Shape shape = info.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) shape[i] = i == 0 ? 1 : shape.size() > 2 ? 48 : 8;
  }
  return shape;
}

json::value example_element(core::DataType dtype) {
  if (dtype == core::DataType::boolean) return true;
  if (dtype == core::DataType::bytes) return "text";
  return 1;
}

json::value nested_example(core::DataType dtype, std::span<const std::int64_t> shape) {
  if (shape.empty()) return example_element(dtype);
  json::array list;
  for (std::int64_t i = 0; i < shape[0]; ++i) list.push_back(nested_example(dtype, shape.subspan(1)));
  return list;
}

/// An example of a large input would drown the page and the document.
constexpr std::int64_t most_example_elements = 4096;

json::object v2_tensor_schema(const core::TensorInfo& info) {
  return {{"type", "object"},
          {"description", "shape " + core::to_string(info.shape)},
          {"properties",
           {{"name", {{"const", info.name}}},
            {"datatype", {{"const", core::name_of(info.dtype)}}},
            {"shape", {{"type", "array"}, {"items", {{"type", "integer"}, {"minimum", 0}}}, {"minItems", info.shape.size()}, {"maxItems", info.shape.size()}}},
            {"data", {{"type", "array"}, {"items", element_schema(info.dtype)}}}}},
          {"required", {"name", "datatype", "shape"}}};
}

json::object v2_infer(const models::ModelVersion& service) {
  json::array inputs;
  json::array example;
  bool small = true;
  for (const core::TensorInfo& info : service.inputs()) {
    inputs.push_back(v2_tensor_schema(info));
    const core::Shape shape = example_shape(info);
    const std::int64_t count = core::element_count(shape).value_or(0);
    small = small && count <= most_example_elements;
    if (!small) break;
    json::array data;
    for (std::int64_t i = 0; i < count; ++i) data.push_back(example_element(info.dtype));
    example.push_back({{"name", info.name}, {"datatype", core::name_of(info.dtype)},
                       {"shape", json::array(shape.begin(), shape.end())}, {"data", std::move(data)}});
  }
  json::object media{{"schema",
                      {{"type", "object"},
                       {"properties", {{"id", {{"type", "string"}}}, {"inputs", {{"type", "array"}, {"items", {{"anyOf", std::move(inputs)}}}}}}},
                       {"required", {"inputs"}}}}};
  if (small) media["example"] = {{"inputs", std::move(example)}};
  return {{"post",
           {{"summary", "Infer with " + service.name()},
            {"tags", {service.name()}},
            {"requestBody", {{"required", true}, {"content", {{"application/json", std::move(media)}}}}},
            {"responses", answer("The model's outputs", schema_ref("InferResponse"))}}}};
}

json::object friendly_body(const models::ModelVersion& service) {
  if (service.spec().bytes_input) {
    return {{"required", true},
            {"content", {{"application/octet-stream", {{"schema", {{"type", "string"}, {"format", "binary"}}}}},
                         {"text/plain", {{"schema", {{"type", "string"}}}, {"example", "#!/bin/sh\necho hello\n"}}}}}};
  }
  json::object properties;
  json::object example;
  json::array required;
  bool small = true;
  for (const core::TensorInfo& info : service.inputs()) {
    properties[info.name] = nested_schema(info);
    required.emplace_back(info.name);
    const core::Shape shape = example_shape(info);
    small = small && core::element_count(shape).value_or(0) <= most_example_elements;
    if (small) example[info.name] = nested_example(info.dtype, shape);
  }
  json::object media{{"schema", {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}}}};
  if (small) media["example"] = std::move(example);
  return {{"required", true}, {"content", {{"application/json", std::move(media)}}}};
}

json::object friendly_answer(const models::ModelVersion& service) {
  json::object properties{{"model", {{"type", "string"}}}, {"version", {{"type", "string"}}}};
  if (service.spec().labels_output) {
    properties["labels"] = {{"type", "array"}};
  } else {
    properties["outputs"] = {{"type", "object"}};
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", {"model", "version"}}};
}

json::object friendly(const models::ModelVersion& service) {
  return {{"post",
           {{"summary", service.spec().description.empty() ? "Ask " + service.name() : service.spec().description},
            {"tags", {service.name()}},
            {"requestBody", friendly_body(service)},
            {"responses", answer("The answer", friendly_answer(service))}}}};
}

json::object components() {
  const json::object text{{"type", "string"}};
  const json::object list{{"type", "array"}};
  return {{"schemas",
           {{"Error", {{"type", "object"}, {"properties", {{"error", text}}}, {"required", {"error"}}}},
            {"Health", {{"type", "object"}, {"properties", {{"live", {{"type", "boolean"}}}, {"ready", {{"type", "boolean"}}}}}, {"required", {"live", "ready"}}}},
            {"Server", {{"type", "object"}, {"properties", {{"name", text}, {"version", text}, {"extensions", list}}}, {"required", {"name", "version", "extensions"}}}},
            {"Model", {{"type", "object"}, {"properties", {{"name", text}, {"versions", list}, {"platform", text}, {"inputs", list}, {"outputs", list}}}, {"required", {"name", "platform", "inputs", "outputs"}}}},
            {"Object", {{"type", "object"}}},
            {"List", list},
            {"InferResponse", {{"type", "object"}, {"properties", {{"model_name", text}, {"model_version", text}, {"id", text}, {"outputs", list}}}, {"required", {"model_name", "outputs"}}}}}}};
}

void add_model_paths(json::object& paths, const models::ModelVersion& service) {
  const std::string base = "/v2/models/" + service.name();
  paths[base] = get("What " + service.name() + " takes and gives", service.name(), schema_ref("Model"));
  paths[base + "/ready"] = get("Whether it is ready", service.name(), schema_ref("Object"));
  paths[base + "/config"] = get("How it runs", service.name(), schema_ref("Object"));
  paths[base + "/stats"] = get("What it has done", service.name(), schema_ref("Object"));
  paths[base + "/infer"] = v2_infer(service);
  paths["/services/" + service.name()] = friendly(service);
}

}  // namespace

std::string openapi_document(const std::vector<models::Handle>& services) {
  json::object paths;
  for (const models::Handle& service : services) add_model_paths(paths, *service);
  paths["/v2"] = get("The server and the protocol's extensions it has", "server", schema_ref("Server"));
  paths["/v2/health/live"] = get("Whether the server runs", "server", schema_ref("Health"));
  json::object ready = get("Whether every model is ready", "server", schema_ref("Health"));
  ready["get"].as_object()["responses"].as_object()["503"] = {{"description", "Not every model is ready"},
                                                               {"content", json_content(schema_ref("Health"))}};
  paths["/v2/health/ready"] = std::move(ready);
  paths["/v2/models/stats"] = get("What every model has done", "server", schema_ref("Object"));
  paths["/v2/repository/index"] = get("Every model and its state", "server", schema_ref("List"));
  paths["/services"] = get("What is served", "server", schema_ref("Object"));
  paths["/metrics"] = {{"get",
                        {{"summary", "Measurements for Prometheus"},
                         {"tags", {"server"}},
                         {"responses", with_errors({{"200", {{"description", "Prometheus text"},
                                                              {"content", {{"text/plain", {{"schema", {{"type", "string"}}}}}}}}}})}}}};
  return json::serialize(json::object{
      {"openapi", "3.1.0"},
      {"info", {{"title", "Slipway"}, {"version", SLIPWAY_VERSION}, {"description", "Trained models as services."}}},
      {"paths", std::move(paths)},
      {"components", components()}});
}

}  // namespace slipway::protocol
