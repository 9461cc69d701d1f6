#pragma once

#include <string>
#include <string_view>

#include "business/clock.hpp"
#include "business/record.hpp"
#include "business/result.hpp"

namespace crm {

/// What a dictation says of a record's fields, and the words that no rule took. Nothing of it is saved: a person looks
/// first.
struct Filled {
  Fields fields;
  std::string rest;
};

/// Reads "name Maria Souza, phone five five five one two" as a person means it.
///
///   fill("e-mail maria arroba acme ponto com", "pt", "customers", today)->fields["email"]  is  maria@acme.com
///
/// `language` is en or pt, `record` the name of a kind; `today` is what "tomorrow" and "Monday" are counted from. What
/// is said after "note" of a customer is the field `note`, which a customer does not have: it is for a note of its own.
/// Errors: invalid for another language or kind.
Result<Filled> fill(std::string_view text, std::string_view language, std::string_view record, Instant today);

}  // namespace crm
