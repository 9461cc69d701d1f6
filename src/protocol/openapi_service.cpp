#include "protocol/openapi_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/limits.hpp"
#include "core/percent_coding.hpp"
#include "protocol/openapi_extensions.hpp"
#include "protocol/openapi_generate.hpp"
#include "protocol/openapi_operation.hpp"
#include "protocol/openapi_schema.hpp"
#include "speech/phrase_run.hpp"

namespace slipway::protocol::openapi {

namespace json = boost::json;

namespace {

/// Whether every input of the example has at most `most` elements.
bool example_within(const Service& service, std::int64_t most) {
  return std::ranges::all_of(service.inputs, [most](const core::TensorInfo& info) {
    return core::element_count(example_shape(info)).value_or(most + 1) <= most;
  });
}

std::string example_address(const Service& service, std::string_view door) {
  return fmt::format("/openapi/examples/{}/{}", core::path_segment(service.name), door);
}

/// Puts the example of one door into the content of its request: as it is, or where it would drown the page by the
/// address that gives it.
void add_example(json::object& media, const Service& service, std::string_view door) {
  if (example_within(service, most_shown_elements)) {
    media["example"] = *example_body(service, door);
  } else if (example_within(service, most_example_elements)) {
    media["examples"] = json::object{
        {"whole", json::object{{"summary", "A whole request"}, {"externalValue", example_address(service, door)}}}};
  }
}

/// How to run an example that `add_example` did not show.
void describe_example(json::object& operation, const Service& service, std::string_view door, std::string_view path) {
  if (example_within(service, most_shown_elements)) return;
  operation["description"] =
      example_within(service, most_example_elements)
          ? fmt::format(
                "The example is too large to show; this runs it: `curl -s http://HOST:PORT{} | curl -d @- "
                "http://HOST:PORT{}`",
                example_address(service, door), path)
          : fmt::format(
                "An example would be too large: `slipway infer http://HOST:PORT/v2/models/{} x.npy` sends an "
                "array.",
                core::path_segment(service.name));
}

/// Schemas of which each item is one.
json::object list_of_any(json::array schemas) {
  return {{"type", "array"}, {"items", json::object{{"anyOf", std::move(schemas)}}}};
}

json::object binary_media() { return {{"schema", json::object{{"type", "string"}, {"format", "binary"}}}}; }

json::object requested_outputs(const Service& service) {
  json::array names;
  for (const core::TensorInfo& info : service.outputs) names.emplace_back(info.name);
  json::object parameters{
      {"type", "object"},
      {"properties",
       json::object{
           {"binary_data", json::object{{"type", "boolean"}}},
           {"classification", json::object{{"type", "integer"},
                                           {"minimum", 0},
                                           {"description", "So many of the best classes, as VALUE:INDEX:LABEL"}}}}}};
  json::object item{{"type", "object"},
                    {"properties", json::object{{"name", json::object{{"enum", std::move(names)}}},
                                                {"parameters", std::move(parameters)}}},
                    {"required", json::array{"name"}}};
  return {{"type", "array"},
          {"description", "The outputs wanted; left out: all"},
          {"maxItems", service.outputs.size()},
          {"items", std::move(item)}};
}

json::object request_parameters() {
  return {
      {"type", "object"},
      {"properties",
       json::object{
           {"timeout", json::object{{"type", "integer"},
                                    {"minimum", 0},
                                    {"maximum", config::most_timeout_us},
                                    {"description", "Microseconds for this request; 0: no limit of its own"}}},
           {"priority", json::object{{"type", "integer"},
                                     {"minimum", 0},
                                     {"description",
                                      "1 is taken first, then 2, …; 0: the model's default. Ignored by a model "
                                      "without priorities"}}},
           {"binary_data_output", json::object{{"type", "boolean"}, {"description", "Answer with binary tensors"}}}}}};
}

json::object v2_request(const Service& service) {
  json::array inputs;
  for (const core::TensorInfo& info : service.inputs) inputs.push_back(v2_input_schema(info));
  json::object list = list_of_any(std::move(inputs));
  list["minItems"] = service.inputs.size();
  list["maxItems"] = service.inputs.size();
  json::object schema{{"type", "object"},
                      {"properties", json::object{{"id", json::object{{"type", "string"}, {"description", "Echoed"}}},
                                                  {"inputs", std::move(list)},
                                                  {"outputs", requested_outputs(service)},
                                                  {"parameters", request_parameters()}}},
                      {"required", json::array{"inputs"}}};
  json::object media{{"schema", std::move(schema)}};
  add_example(media, service, infer_door);
  return {
      {"required", true},
      {"description", "JSON; or JSON and behind it binary tensors, with the header Inference-Header-Content-Length"},
      {"content", json::object{{"application/json", std::move(media)}, {"application/octet-stream", binary_media()}}}};
}

json::object v2_answer(const Service& service) {
  const json::object text{{"type", "string"}};
  json::array outputs;
  for (const core::TensorInfo& info : service.outputs) outputs.push_back(v2_output_schema(info));
  json::object schema{
      {"type", "object"},
      {"properties",
       json::object{
           {"model_name", text}, {"model_version", text}, {"id", text}, {"outputs", list_of_any(std::move(outputs))}}},
      {"required", json::array{"model_name", "model_version", "outputs"}}};
  json::object content = json_content(std::move(schema));
  content["application/octet-stream"] = json::object{};
  return content;
}

json::object v2_infer(const Service& service, std::string id) {
  const json::object header{
      {"name", "Inference-Header-Content-Length"},
      {"in", "header"},
      {"description", "Bytes of JSON before the binary tensors; 0: the body is the one input's bytes"},
      {"schema", json::object{{"type", "integer"}, {"minimum", 0}}}};
  json::object operation{
      {"summary", "Infer with tensors"},
      {"tags", json::array{service.name}},
      {"operationId", std::move(id)},
      {"parameters", json::array{header}},
      {"requestBody", v2_request(service)},
      {"responses", responses("The model's outputs", v2_answer(service), {400, 404, 413, 415, 500, 503, 504})}};
  describe_example(operation, service, infer_door,
                   fmt::format("/v2/models/{}/infer", core::path_segment(service.name)));
  return operation;
}

json::object friendly_request(const Service& service) {
  if (service.takes_bytes) {
    json::object text{{"schema", json::object{{"type", "string"}}}, {"example", "#!/bin/sh\necho hello\n"}};
    return {{"required", true},
            {"description", "The file itself"},
            {"content", json::object{{"text/plain", std::move(text)}, {"application/octet-stream", binary_media()}}}};
  }
  json::object properties;
  json::array required;
  for (const core::TensorInfo& info : service.inputs) {
    properties[info.name] = nested_input_schema(info);
    required.emplace_back(info.name);
  }
  json::object media{{"schema", json::object{{"type", "object"},
                                             {"properties", std::move(properties)},
                                             {"required", std::move(required)},
                                             {"additionalProperties", false}}}};
  add_example(media, service, ask_door);
  return {{"required", true},
          {"description", "Each input as nested lists; a missing batch dimension is added"},
          {"content", json::object{{"application/json", std::move(media)}}}};
}

json::object friendly_answer(const Service& service) {
  json::object properties{{"model", json::object{{"type", "string"}}}, {"version", json::object{{"type", "string"}}}};
  json::array required{"model", "version"};
  if (service.gives_labels) {
    json::object rows{{"type", "array"}, {"items", schema_ref("Labels")}};
    required.emplace_back("labels");
    properties["labels"] =
        service.takes_bytes ? schema_ref("Labels")
                            : json::object{{"description", "Best first; a list of lists where several rows were given"},
                                           {"anyOf", json::array{schema_ref("Labels"), std::move(rows)}}};
  } else {
    json::object outputs;
    for (const core::TensorInfo& info : service.outputs) outputs[info.name] = nested_output_schema(info);
    required.emplace_back("outputs");
    properties["outputs"] = json::object{{"type", "object"}, {"properties", std::move(outputs)}};
  }
  return json_content(
      json::object{{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}});
}

json::object friendly(const Service& service, std::string id) {
  json::object operation{{"summary", service.takes_bytes ? "Ask with a file" : "Ask with nested lists"},
                         {"tags", json::array{service.name}},
                         {"operationId", std::move(id)},
                         {"requestBody", friendly_request(service)},
                         {"responses", responses(service.gives_labels ? "The labels, best first" : "The outputs",
                                                 friendly_answer(service), {400, 404, 413, 500, 503, 504})}};
  if (!service.takes_bytes) {
    describe_example(operation, service, ask_door, fmt::format("/services/{}", core::path_segment(service.name)));
  }
  return operation;
}

/// As TensorFlow Serving has it, with whole tensors.
json::object predict(const Service& service, std::string id) {
  const json::object rows{{"type", "array"}, {"description", "A row an element"}, {"items", json::object{}}};
  json::object properties;
  for (const core::TensorInfo& info : service.inputs) properties[info.name] = nested_input_schema(info);
  json::object columns{{"type", "object"}, {"description", "Whole tensors"}, {"properties", std::move(properties)}};
  json::object media{
      {"schema", json::object{{"type", "object"},
                              {"properties", json::object{{"instances", rows}, {"inputs", std::move(columns)}}},
                              {"additionalProperties", false}}}};
  add_example(media, service, predict_door);
  json::object answer{{"type", "object"},
                      {"properties", json::object{{"predictions", rows}, {"outputs", json::object{}}}}};
  json::object operation{
      {"summary", "Predict as TensorFlow Serving and KServe V1 do"},
      {"tags", json::array{service.name}},
      {"operationId", std::move(id)},
      {"requestBody",
       json::object{{"required", true}, {"content", json::object{{"application/json", std::move(media)}}}}},
      {"responses", responses("The predictions", json_content(std::move(answer)), {400, 404, 413, 500, 503, 504})}};
  describe_example(operation, service, predict_door,
                   fmt::format("/v1/models/{}:predict", core::path_segment(service.name)));
  return operation;
}

json::object path_with(const char* method, json::object operation) { return {{method, std::move(operation)}}; }

/// The same path for a version that the path names. Told apart by its tag, so that the page shows the short ones first.
json::object by_version(const Service& service, const char* method, json::object operation) {
  operation["tags"] = json::array{versions_tag};
  json::object path = path_with(method, std::move(operation));
  path["parameters"] = json::array{json::object{{"name", "version"},
                                                {"in", "path"},
                                                {"required", true},
                                                {"schema", json::object{{"type", "string"}}},
                                                {"example", service.version}}};
  return path;
}

}  // namespace

Service service_of(const models::ModelVersion& version) {
  return {.name = version.name(),
          .version = version.version(),
          .description = version.spec().description,
          .inputs = version.inputs(),
          .outputs = version.outputs(),
          .takes_bytes = version.spec().bytes_input.has_value(),
          .gives_labels = version.spec().labels_output.has_value(),
          .listens = speech::listens(version)};
}

std::optional<json::object> example_body(const Service& service, std::string_view door) {
  if (!example_within(service, most_example_elements)) return std::nullopt;
  if (door == infer_door) {
    json::array tensors;
    for (const core::TensorInfo& info : service.inputs) tensors.push_back(v2_example(info));
    return json::object{{"inputs", std::move(tensors)}};
  }
  if (door != predict_door && (door != ask_door || service.takes_bytes)) return std::nullopt;
  json::object nested;
  for (const core::TensorInfo& info : service.inputs) nested[info.name] = nested_example(info);
  return door == ask_door ? std::move(nested) : json::object{{"inputs", std::move(nested)}};
}

void add_service_paths(json::object& paths, const Service& service) {
  const std::string segment = core::path_segment(service.name);
  struct Document {
    const char* ending;
    const char* summary;
    const char* schema;
  };
  paths["/services/" + segment] = path_with("post", friendly(service, service.name + " ask"));
  paths["/services/" + segment + "/versions/{version}"] =
      by_version(service, "post", friendly(service, service.name + " ask version"));
  const std::string first = "/v1/models/" + segment;
  paths[first + ":predict"] = path_with("post", predict(service, service.name + " predict"));
  paths[first + "/versions/{version}:predict"] =
      by_version(service, "post", predict(service, service.name + " predict version"));
  const std::string base = "/v2/models/" + segment;
  const std::string versioned = base + "/versions/{version}";
  paths[base + "/infer"] = path_with("post", v2_infer(service, service.name + " infer"));
  paths[versioned + "/infer"] = by_version(service, "post", v2_infer(service, service.name + " infer version"));
  for (const bool stream : {false, true}) {
    const std::string ending = stream ? "/generate_stream" : "/generate";
    const std::string id = fmt::format("{} {}", service.name, ending.substr(1));
    paths[base + ending] = path_with("post", generate(service, id, stream));
    paths[versioned + ending] = by_version(service, "post", generate(service, id + " version", stream));
  }
  paths[base + "/trace/setting"] = trace_setting(service.name, service.name + " ");
  for (const Document& document : {Document{"", "Inputs, outputs and versions", "Model"},
                                   Document{"/ready", "Whether it takes requests", "ModelReady"},
                                   Document{"/config", "How it is run", "ModelConfig"},
                                   Document{"/stats", "What was asked, and how long it took", "Statistics"}}) {
    const std::string id = fmt::format("{} get{}", service.name, document.ending);
    paths[base + document.ending] =
        path_with("get", get(document.summary, service.name, id, schema_ref(document.schema), {404, 503}));
    paths[versioned + document.ending] = by_version(
        service, "get", get(document.summary, service.name, id + " version", schema_ref(document.schema), {404, 503}));
  }
}

}  // namespace slipway::protocol::openapi
