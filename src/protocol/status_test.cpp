#include "protocol/status.hpp"

#include <gtest/gtest.h>

namespace slipway::protocol {
namespace {

TEST(Status, OneTableFromErrorsToHttp) {
  using core::Code;
  EXPECT_EQ(http_status(Code::invalid_argument), 400U);
  EXPECT_EQ(http_status(Code::not_found), 404U);
  EXPECT_EQ(http_status(Code::resource_exhausted), 503U);
  EXPECT_EQ(http_status(Code::deadline_exceeded), 504U);
  EXPECT_EQ(http_status(Code::internal), 500U);
  EXPECT_EQ(retry_after_seconds(Code::resource_exhausted), 1U);
  EXPECT_EQ(retry_after_seconds(Code::invalid_argument), 0U);
  EXPECT_EQ(error_body("a \"b\"\n"), "{\"error\":\"a \\\"b\\\"\\n\"}");
}

TEST(Status, TellsNoMoreThanTheBeginningOfALongSentence) {
  EXPECT_LT(error_body(std::string(3000, 'x')).size(), 2100U);
}

}  // namespace
}  // namespace slipway::protocol
