#include "core/error.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace slipway::core {
namespace {

Result<std::unique_ptr<int>> number(bool good) {
  if (!good) return fail(Code::not_found, "no number");
  return std::make_unique<int>(3);
}
Result<void> check(bool good) {
  if (!good) return fail(Code::internal, "unchecked");
  return {};
}
Result<int> twice(bool first, bool second) {
  TRY(const auto a, number(first));
  TRY_VOID(check(second));
  TRY(const auto b, number(true));
  return *a + *b;
}

TEST(Error, SaysWhere) {
  const Error error = Error(Code::invalid_argument, "3 rows given, 2 allowed").within("input \"x\"");
  EXPECT_EQ(error.code(), Code::invalid_argument);
  EXPECT_EQ(error.message(), "input \"x\": 3 rows given, 2 allowed");
}

TEST(Error, TryGoesOnOrReturns) {
  EXPECT_EQ(twice(true, true).value(), 6);
  EXPECT_EQ(twice(false, true).error().message(), "no number");
  EXPECT_EQ(twice(true, false).error().code(), Code::internal);
}

TEST(Error, CodesHaveTheNamesAndNumbersOfGrpc) {
  EXPECT_EQ(code_name(Code::invalid_argument), "INVALID_ARGUMENT");
  EXPECT_EQ(static_cast<int>(Code::resource_exhausted), 8);
  EXPECT_EQ(code_name(Code::unauthenticated), "UNAUTHENTICATED");
  EXPECT_EQ(code_name(static_cast<Code>(99)), "UNKNOWN");
}

}  // namespace
}  // namespace slipway::core
