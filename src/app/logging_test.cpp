#include "app/logging.hpp"

#include <gtest/gtest.h>

namespace slipway::app {
namespace {

TEST(Logging, NamesTheFormatsAndLevelsThereAre) {
  EXPECT_EQ(log_format_from("json").value(), LogFormat::json);
  EXPECT_EQ(log_format_from("text").value(), LogFormat::text);
  EXPECT_EQ(log_format_from("xml").error().message(), "log format \"xml\": text or json expected");
  const auto level = set_up_logging(LogFormat::text, "loud");
  ASSERT_FALSE(level);
  EXPECT_NE(level.error().message().find("\"loud\""), std::string::npos);
}

}  // namespace
}  // namespace slipway::app
