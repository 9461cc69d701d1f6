#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "business/result.hpp"

namespace crm {

enum class FieldType {
  line,      ///< text without line breaks
  lines,     ///< text with them
  email,     ///< a line that looks like an address, or empty
  choice,    ///< one of Field::choices
  currency,  ///< three capital letters of ISO 4217
  date,      ///< YYYY-MM-DD, or nothing
  integer,   ///< a whole number within ±10^15 (money is in cents)
  boolean,
  customer,  ///< the id of a customer that exists
};

struct Field {
  std::string_view name;
  FieldType type = FieldType::line;
  bool required = false;
  bool read_only = false;        ///< kept by the program; what a client sends of it is ignored
  Value standard;                ///< what a new record has where nothing is given
  std::size_t length_max = 200;  ///< characters
  std::vector<std::string_view> choices;
};

/// A kind of record: its name is that of the address (/api/NAME) and of the table.
struct Kind {
  std::string_view name;
  std::string_view singular;
  std::vector<Field> fields;
  std::string_view
      sort;  ///< the field that lists are sorted by unless asked otherwise, with - before it for descending

  const Field* field(std::string_view wanted) const;  ///< null: it has none of that name
};

/// All kinds: customers first, since the others refer to them. Built once; may be read by any thread.
const std::vector<Kind>& kinds();
const Kind* find_kind(std::string_view name);  ///< null: there is none of that name
const Kind& customers();
const Kind& notes();

inline bool is_text(FieldType type) {
  return type != FieldType::integer && type != FieldType::boolean && type != FieldType::customer;
}

/// Sets what was given into the fields, trimmed and checked; what was not given stays, and in a new record gets its
/// standard value. Errors: Code::invalid with the name of the field.
Result<void> set_fields(const Kind& kind, const Fields& given, Fields& into);

}  // namespace crm
