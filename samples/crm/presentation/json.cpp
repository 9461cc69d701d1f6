#include "presentation/json.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "json/value.hpp"

namespace crm {
namespace json = boost::json;
namespace {

struct CodeMeaning {
  Code code;
  unsigned status;
  std::string_view name;
};

/// The one place where reasons become statuses.
constexpr std::array<CodeMeaning, 9> code_meanings = {{{Code::invalid, 400, "invalid"},
                                                       {Code::unauthorized, 401, "unauthorized"},
                                                       {Code::forbidden, 403, "forbidden"},
                                                       {Code::not_found, 404, "not_found"},
                                                       {Code::conflict, 409, "conflict"},
                                                       {Code::too_large, 413, "too_large"},
                                                       {Code::too_many, 429, "too_many"},
                                                       {Code::unavailable, 503, "unavailable"},
                                                       {Code::internal, 500, "internal"}}};

bool kept_by_the_program(std::string_view name) {
  return name == "id" || name == "version" || name == "created_at" || name == "updated_at";
}

}  // namespace

json::object to_json(const Fields& fields) {
  json::object object;
  for (const auto& [name, value] : fields) object[name] = to_json(value);
  return object;
}

json::object to_json(const Record& record) {
  json::object object = {{"id", record.id},
                         {"version", record.version},
                         {"created_at", record.created_at},
                         {"updated_at", record.updated_at}};
  for (const auto& [name, value] : record.fields) object[name] = to_json(value);
  return object;
}

json::object to_json(const HistoryEntry& entry) {
  json::object changes;
  for (const auto& change : entry.changes) {
    changes[change.field] = json::array{to_json(change.old_value), to_json(change.new_value)};
  }
  return {{"at", entry.at}, {"user", entry.user}, {"action", entry.action}, {"changes", std::move(changes)}};
}

json::object to_json(const User& user) {
  return {{"id", user.id}, {"user", user.user}, {"name", user.name}, {"role", user.role}};
}

Result<json::object> read_object(const Request& request) {
  boost::system::error_code error;
  auto value = json::parse(request.body, error);
  if (error) return refuse(Code::invalid, "the body is no JSON: " + error.message());
  if (!value.is_object()) return refuse(Code::invalid, "the body is JSON, but no object");
  return std::move(value.get_object());
}

Result<Fields> read_fields(const json::object& object) {
  Fields fields;
  for (const auto& [key, value] : object) {
    const std::string name(key);
    if (kept_by_the_program(name)) continue;
    auto read = to_value(value);
    if (!read) return refuse(Code::invalid, name + ": text, a whole number, true, false or null expected", name);
    fields.emplace(name, std::move(*read));
  }
  return fields;
}

Result<std::string> read_text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) {
    return refuse(Code::invalid, std::string(name) + ": text expected", std::string(name));
  }
  return std::string(value->get_string());
}

Response answer(const json::value& body, unsigned status) {
  return {.status = status, .content_type = "application/json", .body = json::serialize(body), .headers = {}};
}

Response answer(const Error& error) {
  const auto* meaning = &code_meanings.back();
  for (const auto& candidate : code_meanings) {
    if (candidate.code == error.code) meaning = &candidate;
  }
  json::object told = {{"code", meaning->name}, {"message", error.message}};
  if (!error.field.empty()) told["field"] = error.field;
  json::object body = {{"error", std::move(told)}};
  if (error.conflict) {
    body["current"] = to_json(error.conflict->current);
    body["changed_by"] = error.conflict->changed_by;
    body["changed_at"] = error.conflict->changed_at;
  }
  return answer(body, meaning->status);
}

Response wrong_method(const std::string& allowed) {
  auto refusal = answer({{"error", {{"code", "invalid"}, {"message", "this address takes " + allowed}}}}, 405);
  refusal.headers.emplace_back("Allow", allowed);
  return refusal;
}

}  // namespace crm
