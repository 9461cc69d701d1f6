#include "protocol/error_body.hpp"

#include <gtest/gtest.h>

namespace slipway::protocol {
namespace {

TEST(ErrorBody, GivesTheSentenceOfAnErrorAndAnyOtherBodyAsItIs) {
  EXPECT_EQ(error_sentence(R"({"error":"no \"x\""})"), R"(no "x")");
  EXPECT_EQ(error_sentence(R"({"error":7})"), R"({"error":7})");
  EXPECT_EQ(error_sentence(R"(["error"])"), R"(["error"])");
  EXPECT_EQ(error_sentence("<html>busy</html>"), "<html>busy</html>");
  EXPECT_EQ(error_sentence(""), "");
}

}  // namespace
}  // namespace slipway::protocol
