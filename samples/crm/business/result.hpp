#pragma once

#include <expected>
#include <memory>
#include <string>

#include "business/record.hpp"

namespace crm {

enum class Code { invalid, unauthorized, forbidden, not_found, conflict, too_large, too_many, unavailable, internal };

/// What somebody else saved first: enough to show both and let the person choose.
struct Conflict {
  Record current;
  std::string changed_by;
  std::string changed_at;
};

/// Why a call was refused, in a sentence for the person, and the field it is about where it is about one.
struct Error {
  Code code = Code::internal;
  std::string message;
  std::string field;                   ///< empty: about no single field
  std::shared_ptr<Conflict> conflict;  ///< shared only because an Error is copied; nobody changes it
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> refuse(Code code, std::string message, std::string field = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(field), nullptr});
}

}  // namespace crm
