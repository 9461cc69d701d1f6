#pragma once

#include <boost/json/value.hpp>
#include <optional>

#include "business/record.hpp"

namespace crm {

/// The value of a field as JSON: null where there is none.
boost::json::value to_json(const Value& value);
/// The way back; nothing where it is no value of a field: a list, an object, a number that is not whole.
std::optional<Value> to_value(const boost::json::value& json);

}  // namespace crm
