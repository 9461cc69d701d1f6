#include "protocol/log_settings.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>

#include "protocol/json_tensor.hpp"

namespace slipway::protocol {

namespace json = boost::json;
using core::invalid;

namespace {

constexpr std::size_t body_bytes_max = 16384;

core::Result<void> set_flag(bool& flag, std::string_view name, const core::Parameter& value) {
  const auto* given = std::get_if<bool>(&value);
  if (given == nullptr) return invalid(fmt::format(R"(log setting "{}": true or false expected)", name));
  flag = *given;
  return {};
}

core::Result<void> set_verbose(LogSettings& settings, const core::Parameter& value) {
  const auto* level = std::get_if<std::int64_t>(&value);
  if (level == nullptr || !std::in_range<std::uint32_t>(*level)) {
    return invalid(fmt::format(R"(log setting "log_verbose_level": a number from 0 to {} expected)",
                               std::numeric_limits<std::uint32_t>::max()));
  }
  settings.verbose_level = static_cast<std::uint32_t>(*level);
  return {};
}

core::Result<void> set_format(LogSettings& settings, const core::Parameter& value) {
  const auto* format = std::get_if<std::string>(&value);
  if (format == nullptr || (*format != "default" && *format != "ISO8601"))
    return invalid(R"(log setting "log_format": "default" or "ISO8601" expected)");
  settings.format = *format;
  return {};
}

core::Result<void> check_file(const core::Parameter& value) {
  const auto* file = std::get_if<std::string>(&value);
  if (file != nullptr && file->empty()) return {};
  return invalid(
      R"(log setting "log_file": the log goes to stderr, and a client cannot send it elsewhere; "" expected)");
}

core::Result<void> change(LogSettings& settings, std::string_view name, const core::Parameter& value) {
  // the text of the extension has the plurals, its servers and clients have not
  if (name == "log_info") return set_flag(settings.info, name, value);
  if (name == "log_warning" || name == "log_warnings") return set_flag(settings.warning, name, value);
  if (name == "log_error" || name == "log_errors") return set_flag(settings.error, name, value);
  if (name == "log_verbose_level") return set_verbose(settings, value);
  if (name == "log_format") return set_format(settings, value);
  if (name == "log_file") return check_file(value);
  return invalid(fmt::format(R"(no log setting "{}"; there are: log_file, log_info, log_warning, log_error, )"
                             "log_verbose_level, log_format",
                             name));
}

core::Result<core::Parameter> parameter_of(std::string_view name, const json::value& value) {
  if (const auto* flag = value.if_bool()) return *flag;
  if (const auto* number = value.if_int64()) return *number;
  if (const auto* text = value.if_string()) return std::string(*text);
  return invalid(fmt::format(R"(log setting "{}": true, false, a number or a string expected)", name));
}

}  // namespace

core::Result<LogSettings> changed(LogSettings settings, const core::Parameters& changes) {
  for (const auto& [name, value] : changes) TRY_VOID(change(settings, name, value));
  return settings;
}

core::Result<core::Parameters> decode_log_changes(std::string_view body) {
  json::error_code failure;
  if (body.size() > body_bytes_max) return invalid("the body with log settings is too long");
  const json::value parsed = json::parse(json::string_view(body.data(), body.size()), failure);
  const json::object* object = failure ? nullptr : parsed.if_object();
  if (object == nullptr) return invalid(R"(log settings: a JSON object expected, as {"log_verbose_level": 1})");
  core::Parameters changes;
  changes.reserve(object->size());
  for (const auto& [key, value] : *object) {
    std::string name(key);
    TRY(auto parameter, parameter_of(name, value));
    changes.emplace_back(std::move(name), std::move(parameter));
  }
  return changes;
}

std::vector<std::pair<std::string, core::Parameter>> named(const LogSettings& settings) {
  return {{"log_file", std::string()},
          {"log_info", settings.info},
          {"log_warning", settings.warning},
          {"log_error", settings.error},
          {"log_verbose_level", std::int64_t{settings.verbose_level}},
          {"log_format", settings.format}};
}

std::string encode_log_settings(const LogSettings& settings) {
  std::string out = "{";
  for (const auto& [name, value] : named(settings)) {
    if (out.size() > 1) out += ',';
    append_string(out, name);
    out += ':';
    append_parameter(out, value);
  }
  return out + '}';
}

}  // namespace slipway::protocol
