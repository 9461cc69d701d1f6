#include "protocol/load_request.hpp"

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>
#include <utility>

#include "protocol/json_fault.hpp"

namespace slipway::protocol {

namespace json = boost::json;
using core::invalid;

namespace {

/// The object "parameters" of a body, empty where there is none.
core::Result<json::object> parameters_of(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return json::object();
  json::error_code failure;
  json::value read = json::parse(json::string_view(body.data(), body.size()), failure);
  if (failure) {
    return std::unexpected(
        with_json_fault(core::Error(core::Code::invalid_argument, "the body is no JSON: " + failure.message()), body));
  }
  if (!read.is_object()) return invalid(R"(the body is no object: {"parameters": {…}} expected)");
  json::value* parameters = read.as_object().if_contains("parameters");
  if (parameters == nullptr) return json::object();
  if (!parameters->is_object()) return invalid("\"parameters\" of the request is no object");
  return std::move(parameters->as_object());
}

std::string_view text_of(const json::value& value) { return {value.as_string().data(), value.as_string().size()}; }

}  // namespace

core::Error unknown_load_parameter(std::string_view name) {
  return {core::Code::invalid_argument,
          fmt::format(R"(parameter "{}": "config" and "file:PLACE" are those of a load request)", name)};
}

core::Result<models::LoadOptions> decode_load(std::string_view body) {
  TRY(const json::object parameters, parameters_of(body));
  models::LoadOptions options;
  for (const auto& [key, value] : parameters) {
    const std::string_view name(key.data(), key.size());
    if (name != "config" && !name.starts_with(file_prefix)) return std::unexpected(unknown_load_parameter(name));
    if (!value.is_string()) return invalid(fmt::format(R"(parameter "{}": a text expected)", name));
    if (name == "config") {
      options.config = text_of(value);
      continue;
    }
    std::string content;
    const std::string_view text = text_of(value);
    if (!absl::Base64Unescape({text.data(), text.size()}, &content))
      return invalid(fmt::format(R"(parameter "{}": the file's bytes in base64 expected)", name));
    options.files.emplace_back(name.substr(file_prefix.size()), std::move(content));
  }
  return options;
}

core::Result<void> decode_unload(std::string_view body) {
  TRY(const json::object parameters, parameters_of(body));
  for (const auto& [key, value] : parameters) {
    if (key != "unload_dependents" || !value.is_bool()) {
      return invalid(fmt::format(R"(parameter "{}": "unload_dependents", true or false, is that of an unload request)",
                                 std::string_view(key.data(), key.size())));
    }
  }
  return {};
}

}  // namespace slipway::protocol
