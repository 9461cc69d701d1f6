#include "protocol/trace_documents.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace slipway::protocol {

namespace json = boost::json;
using core::invalid;

namespace {

constexpr std::size_t body_bytes_max = 16384;

std::optional<std::string> text_of(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (value.is_int64() || value.is_uint64()) return json::serialize(value);
  return std::nullopt;
}

core::Result<std::vector<std::string>> values_of(std::string_view name, const json::value& value) {
  std::vector<std::string> values;
  if (value.is_null()) return values;
  const json::array one{value};
  const json::array& list = value.is_array() ? value.get_array() : one;
  values.reserve(list.size());
  for (const json::value& item : list) {
    auto text = text_of(item);
    if (!text) return invalid(fmt::format(R"(trace setting "{}": a string, a list of strings or null expected)", name));
    values.push_back(*std::move(text));
  }
  if (values.empty()) return invalid(fmt::format(R"(trace setting "{}": the list is empty; null takes it back)", name));
  return values;
}

}  // namespace

core::Result<metrics::TraceChanges> decode_trace_changes(std::string_view body) {
  json::error_code failure;
  if (body.size() > body_bytes_max) return invalid("the body with trace settings is too long");
  const json::value parsed = json::parse(json::string_view(body.data(), body.size()), failure);
  const json::object* object = failure ? nullptr : parsed.if_object();
  if (object == nullptr)
    return invalid(R"(trace settings: a JSON object expected, as {"trace_level": ["TIMESTAMPS"]})");
  metrics::TraceChanges changes;
  changes.reserve(object->size());
  for (const auto& [key, value] : *object) {
    std::string name(key);
    TRY(auto values, values_of(name, value));
    changes.emplace_back(std::move(name), std::move(values));
  }
  return changes;
}

std::string encode_trace_settings(const metrics::TraceSettings& settings) {
  json::object document;
  for (const auto& [name, values] : metrics::named(settings)) {
    if (name == "trace_level") {
      document[name] = json::array(values.begin(), values.end());
    } else {
      document[name] = values.front();
    }
  }
  return json::serialize(document);
}

}  // namespace slipway::protocol
