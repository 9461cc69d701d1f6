#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>

namespace crm {

/// What a field holds: nothing, a whole number, yes or no, or text in UTF-8.
using Value = std::variant<std::monostate, std::int64_t, bool, std::string>;

/// Values by the names of their fields (see kinds.hpp for what each kind of record has).
using Fields = std::map<std::string, Value, std::less<>>;

/// A customer, contact, deal, note or task. `version` counts its changes from 1; times are RFC 3339 in UTC.
struct Record {
  std::int64_t id = 0;
  std::int64_t version = 0;
  std::string created_at;
  std::string updated_at;
  Fields fields;
};

}  // namespace crm
