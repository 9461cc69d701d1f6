#include "protocol/openapi_extensions.hpp"

#include <string>
#include <utility>

#include "protocol/openapi_operation.hpp"

namespace slipway::protocol::openapi {

namespace json = boost::json;

namespace {

json::object text() { return {{"type", "string"}}; }
json::object count() { return {{"type", "integer"}, {"minimum", 0}}; }

/// A POST operation that answers JSON.
json::object post(std::string_view summary, std::string_view tag, std::string id, json::object answer) {
  return {{"summary", summary},
          {"tags", json::array{tag}},
          {"operationId", std::move(id)},
          {"responses", responses("Done", json_content(std::move(answer)), {400, 404})}};
}

json::object with_body(json::object operation, json::object schema) {
  operation["requestBody"] = json::object{{"required", true}, {"content", json_content(std::move(schema))}};
  return operation;
}

json::object under_region(const char* method, json::object operation) {
  return {{"parameters",
           json::array{json::object{{"name", "region"}, {"in", "path"}, {"required", true}, {"schema", text()}}}},
          {method, std::move(operation)}};
}

void add_shared_memory_paths(json::object& paths, std::string_view tag) {
  const std::string base = "/v2/systemsharedmemory";
  const json::object done{{"type", "object"}};
  const json::object bytes{{"key", text()}, {"offset", count()}, {"byte_size", count()}};
  json::object described = bytes;
  described["name"] = text();
  const json::object list{{"type", "array"},
                          {"items", json::object{{"type", "object"}, {"properties", std::move(described)}}}};
  paths[base + "/status"] =
      json::object{{"get", get("The registered regions of shared memory", tag, "shared memory", list, {})}};
  paths[base + "/unregister"] =
      json::object{{"post", post("Forget every region", tag, "shared memory unregister", done)}};
  paths[base + "/region/{region}/status"] =
      under_region("get", get("One registered region", tag, "shared memory region", list, {404}));
  paths[base + "/region/{region}/unregister"] =
      under_region("post", post("Forget a region", tag, "shared memory region unregister", done));
  paths[base + "/region/{region}/register"] = under_region(
      "post",
      with_body(post("Register a region of a POSIX shared memory object", tag, "shared memory region register", done),
                {{"type", "object"}, {"properties", bytes}, {"required", json::array{"key", "byte_size"}}}));
}

void add_logging_path(json::object& paths, std::string_view tag) {
  const json::object flag{{"type", "boolean"}};
  const json::object settings{
      {"type", "object"},
      {"properties", json::object{{"log_file", text()},
                                  {"log_info", flag},
                                  {"log_warning", flag},
                                  {"log_error", flag},
                                  {"log_verbose_level", count()},
                                  {"log_format", json::object{{"enum", json::array{"default", "ISO8601"}}}}}}};
  paths["/v2/logging"] =
      json::object{{"get", get("What is logged", tag, "logging", settings, {})},
                   {"post", with_body(post("Change what is logged", tag, "change logging", settings), settings)}};
}

}  // namespace

json::object trace_setting(std::string_view tag, const std::string& prefix) {
  json::object properties{{"trace_level", json::object{{"type", "array"}, {"items", text()}}}};
  for (const char* name : {"trace_rate", "trace_count", "log_frequency", "trace_file", "trace_mode"})
    properties[name] = text();
  const json::object settings{{"type", "object"}, {"properties", std::move(properties)}};
  return {{"get", get("What is traced", tag, prefix + "trace", settings, {404})},
          {"post", with_body(post("Change what is traced", tag, prefix + "change trace", settings), settings)}};
}

void add_extension_paths(json::object& paths, std::string_view tag) {
  paths["/v2/trace/setting"] = trace_setting(tag, "");
  add_shared_memory_paths(paths, tag);
  add_logging_path(paths, tag);
}

}  // namespace slipway::protocol::openapi
