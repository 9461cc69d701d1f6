#include "presentation/openapi.hpp"

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "business/kinds.hpp"
#include "business/records.hpp"

namespace crm {

namespace json = boost::json;

namespace {

json::object reference(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

json::object of_type(std::string_view type) { return {{"type", type}}; }

json::object list_of(json::object items) { return {{"type", "array"}, {"items", std::move(items)}}; }

/// An object whose properties are all required.
json::object object_of(json::object properties) {
  json::array required;
  for (const auto& property : properties) required.push_back(property.key());
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

json::object json_body(json::object schema) { return {{"application/json", {{"schema", std::move(schema)}}}}; }

json::object answer_of(std::string_view what, json::object content = {}) {
  json::object answer = {{"description", what}};
  if (!content.empty()) answer["content"] = std::move(content);
  return answer;
}

json::object parameter(std::string_view name, std::string_view in, json::object schema, bool required) {
  return {{"name", name}, {"in", in}, {"required", required}, {"schema", std::move(schema)}};
}

const json::object& id_parameter() {
  static const json::object made = parameter("id", "path", {{"type", "integer"}, {"format", "int64"}}, true);
  return made;
}

struct Operation {
  std::string_view id;
  std::string_view summary;
  std::string_view status = "200";
  json::object content;  ///< of the answer; empty: none
  json::object body;     ///< of the request; empty: none
  json::array parameters;
  std::vector<std::string_view> errors;
  bool changes = false;  ///< needs the token
  bool open = false;     ///< needs no log-in
};

json::object to_json(Operation operation) {
  json::object responses;
  responses[operation.status] = answer_of(operation.summary, std::move(operation.content));
  for (const auto status : operation.errors) {
    responses[status] = answer_of("refused", json_body(reference(status == "409" ? "Conflict" : "Refusal")));
  }
  if (!operation.open) responses["401"] = answer_of("log in first", json_body(reference("Refusal")));
  if (operation.changes)
    responses["403"] = answer_of("no or wrong token, or not your role", json_body(reference("Refusal")));
  responses["503"] = answer_of("the database is away", json_body(reference("Refusal")));
  json::object made = {
      {"operationId", operation.id}, {"summary", operation.summary}, {"responses", std::move(responses)}};
  if (!operation.body.empty()) made["requestBody"] = {{"required", true}, {"content", std::move(operation.body)}};
  if (!operation.parameters.empty()) made["parameters"] = std::move(operation.parameters);
  json::array security;
  if (!operation.open) {
    json::object needed = {{"session", json::array()}};
    if (operation.changes) needed["csrf"] = json::array();
    security.push_back(std::move(needed));
  }
  made["security"] = std::move(security);
  return made;
}

json::object field_schema(const Field& field) {
  switch (field.type) {
    case FieldType::boolean: return of_type("boolean");
    case FieldType::integer:
      return {{"type", "integer"}, {"minimum", -1'000'000'000'000'000}, {"maximum", 1'000'000'000'000'000}};
    case FieldType::customer:
      if (field.required) return of_type("integer");
      return {{"type", json::array{"integer", "null"}}};
    case FieldType::date: return {{"type", json::array{"string", "null"}}, {"format", "date"}};
    case FieldType::choice:
      return {{"type", "string"}, {"enum", json::array(field.choices.begin(), field.choices.end())}};
    case FieldType::currency: return {{"type", "string"}, {"pattern", "^[A-Z]{3}$"}};
    default: break;
  }
  json::object schema = {{"type", "string"}, {"maxLength", field.length_max}};
  if (field.required) schema["minLength"] = 1;
  return schema;
}

std::string capitalized(std::string_view name) {
  std::string text(name);
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// The record as it is answered, as it is made, and as it is changed (with its version).
void add_schemas(const Kind& kind, json::object& schemas) {
  json::object given;
  json::object all = {{"id", of_type("integer")},
                      {"version", of_type("integer")},
                      {"created_at", {{"type", "string"}, {"format", "date-time"}}},
                      {"updated_at", {{"type", "string"}, {"format", "date-time"}}}};
  json::array required;
  for (const auto& field : kind.fields) {
    auto schema = field_schema(field);
    all[field.name] = schema;
    if (field.read_only) continue;
    given[field.name] = std::move(schema);
    if (field.required) required.push_back(json::string(field.name));
  }
  auto changed = given;
  changed["version"] = of_type("integer");
  const auto name = capitalized(kind.singular);
  schemas[name] = object_of(std::move(all));
  schemas["New" + name] = {{"type", "object"}, {"properties", std::move(given)}, {"required", std::move(required)}};
  schemas["Changed" + name] = {
      {"type", "object"}, {"properties", std::move(changed)}, {"required", json::array{"version"}}};
}

json::array list_parameters(const Kind& kind) {
  json::array parameters = {
      parameter("q", "query", of_type("string"), false), parameter("sort", "query", of_type("string"), false),
      parameter("page", "query", {{"type", "integer"}, {"minimum", 1}}, false),
      parameter("size", "query", {{"type", "integer"}, {"minimum", 1}, {"maximum", Records::page_max}}, false)};
  for (const auto& field : kind.fields) {
    if (field.type == FieldType::boolean || field.type == FieldType::customer || field.type == FieldType::choice) {
      auto schema = field_schema(field);
      if (field.type == FieldType::customer) schema = of_type("integer");
      parameters.push_back(parameter(field.name, "query", std::move(schema), false));
    }
  }
  return parameters;
}

void add_record_paths(const Kind& kind, json::object& paths) {
  const auto name = capitalized(kind.singular);
  const auto path = "/api/" + std::string(kind.name);
  const auto record = [&] { return json_body(reference(name)); };
  auto page = object_of({{"items", list_of(reference(name))},
                         {"page", of_type("integer")},
                         {"size", of_type("integer")},
                         {"total", of_type("integer")}});
  json::array by_version = {id_parameter(), parameter("version", "query", of_type("integer"), true)};
  paths[path] = {{"get", to_json({.id = "list" + name,
                                  .summary = "a page of them",
                                  .content = json_body(std::move(page)),
                                  .parameters = list_parameters(kind),
                                  .errors = {"400"}})},
                 {"post", to_json({.id = "create" + name,
                                   .summary = "the new one",
                                   .status = "201",
                                   .content = record(),
                                   .body = json_body(reference("New" + name)),
                                   .errors = {"400"},
                                   .changes = true})}};
  paths[path + "/{id}"] = {{"get", to_json({.id = "get" + name,
                                            .summary = "the record",
                                            .content = record(),
                                            .parameters = {id_parameter()},
                                            .errors = {"404"}})},
                           {"put", to_json({.id = "change" + name,
                                            .summary = "the record as it is now; what was not given stays",
                                            .content = record(),
                                            .body = json_body(reference("Changed" + name)),
                                            .parameters = {id_parameter()},
                                            .errors = {"400", "404", "409"},
                                            .changes = true})},
                           {"delete", to_json({.id = "delete" + name,
                                               .summary = "the token that undoes it",
                                               .content = json_body(object_of({{"undo", of_type("string")}})),
                                               .parameters = std::move(by_version),
                                               .errors = {"400", "404", "409"},
                                               .changes = true})}};
  paths[path + "/{id}/history"] = {
      {"get", to_json({.id = "history" + name,
                       .summary = "who changed what, newest first",
                       .content = json_body(object_of({{"items", list_of(reference("HistoryEntry"))}})),
                       .parameters = {id_parameter()},
                       .errors = {"404"}})}};
}

void add_session_paths(json::object& paths) {
  const auto session = [] { return json_body(reference("Session")); };
  paths["/api/session"] = {
      {"get", to_json({.id = "session", .summary = "who is logged in", .content = session()})},
      {"post", to_json({.id = "logIn",
                        .summary = "logs in",
                        .content = session(),
                        .body = json_body(object_of({{"user", of_type("string")}, {"password", of_type("string")}})),
                        .errors = {"400", "401", "403", "429"},
                        .open = true})},
      {"delete", to_json({.id = "logOut", .summary = "logged out", .status = "204", .changes = true})}};
  paths["/api/users"] = {{"get", to_json({.id = "users",
                                          .summary = "all users; for an admin",
                                          .content = json_body(object_of({{"items", list_of(reference("User"))}})),
                                          .errors = {"403"}})},
                         {"post", to_json({.id = "createUser",
                                           .summary = "the new user; for an admin",
                                           .status = "201",
                                           .content = json_body(reference("User")),
                                           .body = json_body(reference("NewUser")),
                                           .errors = {"400"},
                                           .changes = true})}};
  paths["/api/undo/{token}"] = {{"post", to_json({.id = "undo",
                                                  .summary = "the record that is back",
                                                  .content = json_body({{"type", "object"}}),
                                                  .parameters = {parameter("token", "path", of_type("string"), true)},
                                                  .errors = {"404", "409"},
                                                  .changes = true})}};
}

void add_file_paths(json::object& paths) {
  const auto file = [](std::string_view type) { return json::object{{type, {{"schema", {{"type", "string"}}}}}}; };
  paths["/api/customers.csv"] = {{"get", to_json({.id = "exportCustomers",
                                                  .summary = "customers as CSV",
                                                  .content = file("text/csv"),
                                                  .parameters = {parameter("q", "query", of_type("string"), false)},
                                                  .errors = {"400"}})}};
  paths["/api/customers/import"] = {{"post", to_json({.id = "importCustomers",
                                                      .summary = "what was done line by line",
                                                      .content = json_body(reference("Imported")),
                                                      .body = file("text/csv"),
                                                      .errors = {"400", "413"},
                                                      .changes = true})}};
  paths["/api/notes/{id}/recording"] = {{"get", to_json({.id = "getRecording",
                                                         .summary = "the sound of the note",
                                                         .content = file("audio/wav"),
                                                         .parameters = {id_parameter()},
                                                         .errors = {"404"}})},
                                        {"put", to_json({.id = "putRecording",
                                                         .summary = "kept",
                                                         .status = "204",
                                                         .body = file("audio/wav"),
                                                         .parameters = {id_parameter()},
                                                         .errors = {"400", "404", "413"},
                                                         .changes = true})}};
}

void add_dictation_paths(json::object& paths) {
  json::array names;
  for (const auto& kind : kinds()) names.push_back(json::string(kind.name));
  paths["/api/dictation"] = {
      {"get", to_json({.id = "dictation",
                       .summary = "whether one can dictate",
                       .content = json_body(
                           {{"type", "object"},
                            {"properties", {{"available", of_type("boolean")}, {"reason", of_type("string")}}},
                            {"required", json::array{"available"}}})})}};
  auto asked = object_of({{"text", {{"type", "string"}, {"maxLength", 5000}}},
                          {"language", {{"type", "string"}, {"enum", json::array{"en", "pt"}}}},
                          {"record", {{"type", "string"}, {"enum", std::move(names)}}}});
  asked["properties"].as_object()["today"] = {
      {"type", "string"}, {"format", "date"}, {"description", "the day where the person is"}};
  paths["/api/dictation/fill"] = {
      {"post", to_json({.id = "fill",
                        .summary = "the fields that were dictated; nothing is saved",
                        .content = json_body(object_of({{"fields", of_type("object")}, {"rest", of_type("string")}})),
                        .body = json_body(std::move(asked)),
                        .errors = {"400", "413"},
                        .changes = true})}};
  paths["/health"] = {
      {"get",
       to_json({.id = "health",
                .summary = "it runs",
                .content = json_body(object_of({{"status", of_type("string")}, {"dictation", of_type("boolean")}})),
                .open = true})}};
  paths["/api/openapi.json"] = {
      {"get",
       to_json({.id = "openapi", .summary = "this document", .content = json_body(of_type("object")), .open = true})}};
}

json::object schemas() {
  json::object made;
  for (const auto& kind : kinds()) add_schemas(kind, made);
  made["Session"] = object_of({{"user", of_type("string")},
                               {"name", of_type("string")},
                               {"role", of_type("string")},
                               {"csrf", of_type("string")}});
  made["User"] = object_of({{"id", of_type("integer")},
                            {"user", of_type("string")},
                            {"name", of_type("string")},
                            {"role", of_type("string")}});
  made["NewUser"] = object_of({{"user", of_type("string")},
                               {"name", of_type("string")},
                               {"role", {{"type", "string"}, {"enum", json::array{"admin", "sales", "reader"}}}},
                               {"password", {{"type", "string"}, {"minLength", 8}, {"maxLength", 200}}}});
  made["HistoryEntry"] = object_of({{"at", {{"type", "string"}, {"format", "date-time"}}},
                                    {"user", of_type("string")},
                                    {"action", {{"enum", json::array{"create", "change", "delete", "restore"}}}},
                                    {"changes", of_type("object")}});
  made["Imported"] =
      object_of({{"created", of_type("integer")},
                 {"updated", of_type("integer")},
                 {"errors", list_of(object_of({{"line", of_type("integer")}, {"message", of_type("string")}}))}});
  const json::object why = {
      {"type", "object"},
      {"properties", {{"code", of_type("string")}, {"message", of_type("string")}, {"field", of_type("string")}}},
      {"required", json::array{"code", "message"}}};
  made["Refusal"] = object_of({{"error", why}});
  made["Conflict"] = {{"type", "object"},
                      {"properties",
                       {{"error", why},
                        {"current", of_type("object")},
                        {"changed_by", of_type("string")},
                        {"changed_at", of_type("string")}}},
                      {"required", json::array{"error"}}};
  return made;
}

json::object document() {
  json::object paths;
  add_session_paths(paths);
  add_file_paths(paths);
  for (const auto& kind : kinds()) add_record_paths(kind, paths);
  add_dictation_paths(paths);
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "CRM"},
            {"version", "1"},
            {"description",
             "Customers and what belongs to them. A log-in sets the cookie crm_session; every call "
             "that changes something repeats its csrf in X-CSRF-Token."}}},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", schemas()},
            {"securitySchemes",
             {{"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "crm_session"}}},
              {"csrf", {{"type", "apiKey"}, {"in", "header"}, {"name", "X-CSRF-Token"}}}}}}}};
}

}  // namespace

std::string openapi() {
  static const std::string text = json::serialize(document());
  return text;
}

}  // namespace crm
