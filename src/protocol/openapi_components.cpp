#include <string>
#include <utility>

#include "protocol/openapi_operation.hpp"

namespace slipway::protocol::openapi {

namespace json = boost::json;

namespace {

json::object text() { return {{"type", "string"}}; }
json::object flag() { return {{"type", "boolean"}}; }
json::object count() { return {{"type", "integer"}, {"minimum", 0}}; }
json::object list_of(json::value items) { return {{"type", "array"}, {"items", std::move(items)}}; }

/// An object that must have all of these.
json::object object_of(json::object properties) {
  json::array required;
  for (const auto& [name, schema] : properties) required.emplace_back(name);
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

json::object refusal(std::string_view description) {
  return {{"description", description}, {"content", json_content(schema_ref("Error"))}};
}

json::object refusal_with_retry(std::string_view description) {
  json::object made = refusal(description);
  made["headers"] = json::object{
      {"Retry-After", json::object{{"description", "Seconds after which to try again"}, {"schema", count()}}}};
  return made;
}

json::object model_schemas() {
  const json::object tensor =
      object_of({{"name", text()}, {"datatype", text()}, {"shape", list_of(json::object{{"type", "integer"}})}});
  return {{"Model", object_of({{"name", text()},
                               {"versions", list_of(text())},
                               {"platform", text()},
                               {"inputs", list_of(tensor)},
                               {"outputs", list_of(tensor)}})},
          {"ModelReady", object_of({{"name", text()}, {"version", text()}, {"ready", flag()}})},
          {"ModelConfig", object_of({{"name", text()},
                                     {"platform", text()},
                                     {"backend", text()},
                                     {"max_batch_size", count()},
                                     {"input", list_of(json::object{{"type", "object"}})},
                                     {"output", list_of(json::object{{"type", "object"}})},
                                     {"instance_group", list_of(json::object{{"type", "object"}})}})}};
}

json::object statistics_schema() {
  const json::object duration = object_of({{"count", count()}, {"ns", count()}});
  json::object stages;
  for (const char* stage :
       {"success", "fail", "queue", "compute_input", "compute_infer", "compute_output", "cache_hit", "cache_miss"})
    stages[stage] = duration;
  const json::object batch = object_of({{"batch_size", count()},
                                        {"compute_input", duration},
                                        {"compute_infer", duration},
                                        {"compute_output", duration}});
  const json::object entry = object_of({{"name", text()},
                                        {"version", text()},
                                        {"last_inference", count()},
                                        {"inference_count", count()},
                                        {"execution_count", count()},
                                        {"inference_stats", object_of(std::move(stages))},
                                        {"batch_stats", list_of(batch)}});
  return object_of({{"model_stats", list_of(entry)}});
}

json::object schemas() {
  json::object all = model_schemas();
  all["Error"] = object_of({{"error", text()}});
  all["Health"] = object_of({{"live", flag()}, {"ready", flag()}});
  all["Server"] = object_of({{"name", text()}, {"version", text()}, {"extensions", list_of(text())}});
  all["Statistics"] = statistics_schema();
  all["Index"] = list_of(object_of({{"name", text()}, {"version", text()}, {"state", text()}, {"reason", text()}}));
  all["Services"] = object_of(
      {{"services", list_of(object_of({{"name", text()},
                                       {"description", text()},
                                       {"takes", json::object{{"enum", json::array{"bytes", "json"}}}},
                                       {"gives", json::object{{"enum", json::array{"labels", "tensors"}}}}}))}});
  all["Labels"] = list_of(object_of(
      {{"label", text()}, {"index", count()}, {"score", json::object{{"type", json::array{"number", "null"}}}}}));
  return all;
}

}  // namespace

json::object components() {
  return {
      {"schemas", schemas()},
      {"responses",
       json::object{{"400", refusal("The request is wrong; the sentence names what was given and what is expected")},
                    {"404", refusal("No such model or version")},
                    {"413", refusal("The body is larger than the server takes")},
                    {"415", refusal("A Content-Encoding that is not taken")},
                    {"500", refusal("The runtime failed")},
                    {"503", refusal_with_retry("The queue is full, or the version is not ready")},
                    {"504", refusal("The request's time was over before its answer")},
                    {"default", refusal("Any other refusal, as one sentence")}}}};
}

}  // namespace slipway::protocol::openapi
