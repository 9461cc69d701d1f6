#include "json/value.hpp"

#include <string>
#include <type_traits>

namespace crm {

boost::json::value to_json(const Value& value) {
  return std::visit(
      [](const auto& held) -> boost::json::value {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else {
          return boost::json::value(held);
        }
      },
      value);
}

std::optional<Value> to_value(const boost::json::value& json) {
  if (json.is_null()) return Value();
  if (json.is_bool()) return json.get_bool();
  if (json.is_int64()) return json.get_int64();
  if (json.is_string()) return std::string(json.get_string());
  return std::nullopt;
}

}  // namespace crm
