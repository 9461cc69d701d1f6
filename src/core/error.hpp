#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::core {

/// What kind of failure an Error is. The numbers are those of gRPC's status codes, so that gRPC answers and the backend
/// ABI need no table of their own.
enum class Code : int {
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  unauthenticated = 16,
};

/// "INVALID_ARGUMENT", as gRPC writes it.
std::string_view code_name(Code code);

/// A failure: its kind, and one sentence that says what was wrong, where, and what would be right. A value; copy and
/// move it freely.
///
///   return fail(Code::invalid_argument, fmt::format("input \"{}\": {} rows given, {} allowed", name, rows, most));
class Error {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  Code code() const { return code_; }
  const std::string& message() const { return message_; }

  /// The same failure with `where` and ": " before its sentence.
  Error within(std::string_view where) const;

 private:
  Code code_;
  std::string message_;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected<Error>(std::in_place, code, std::move(message));
}

/// The client's mistake.
inline std::unexpected<Error> invalid(std::string message) { return fail(Code::invalid_argument, std::move(message)); }

}  // namespace slipway::core

#define SLIPWAY_TRY_CONCAT2(a, b) a##b
#define SLIPWAY_TRY_CONCAT(a, b) SLIPWAY_TRY_CONCAT2(a, b)

/// `TRY(auto x, f());` declares x from the value of a Result, or returns its error from this function.
#define TRY(declaration, expression) TRY_IMPL(SLIPWAY_TRY_CONCAT(try_result_, __LINE__), declaration, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): `name` and `declaration` are declared here
#define TRY_IMPL(name, declaration, expression)               \
  auto name = (expression);                                   \
  if (!name) return std::unexpected(std::move(name).error()); \
  declaration = *std::move(name)
// NOLINTEND(bugprone-macro-parentheses)

/// `TRY_VOID(f());` returns the error of a Result<void> from this function, if it is one.
#define TRY_VOID(expression)                                                                                \
  do {                                                                                                      \
    if (auto try_result = (expression); !try_result) return std::unexpected(std::move(try_result).error()); \
  } while (false)
