#include "app/logging.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "app/chosen_levels.hpp"

namespace slipway::app {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// A log into a string.
struct Captured {
  explicit Captured(LogFormat format = LogFormat::text)
      : logging(format, {.format = format == LogFormat::json ? "ISO8601" : "default"},
                std::make_shared<ChosenLevels>(std::make_shared<spdlog::sinks::ostream_sink_mt>(lines))) {}
  ~Captured() { EXPECT_TRUE(set_up_logging(LogFormat::text, "info")); }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  std::string log_all() {
    lines.str("");
    spdlog::trace("a trace");
    spdlog::debug("a debug");
    spdlog::info("an info");
    spdlog::warn("a warning");
    spdlog::error("an error");
    return lines.str();
  }
  std::size_t count() { return static_cast<std::size_t>(std::ranges::count(log_all(), '\n')); }

  std::ostringstream lines;
  Logging logging;
};

TEST(Logging, LeavesOutTheLevelsThatAreSwitchedOff) {
  Captured log;
  EXPECT_EQ(log.count(), 3U);
  ASSERT_TRUE(log.logging.update({{"log_warning", false}}));
  EXPECT_THAT(log.log_all(), HasSubstr("an info"));
  EXPECT_THAT(log.log_all(), ::testing::Not(HasSubstr("a warning")));
  ASSERT_TRUE(log.logging.update({{"log_info", false}, {"log_error", false}}));
  EXPECT_EQ(log.count(), 0U);
  ASSERT_TRUE(log.logging.update({{"log_verbose_level", std::int64_t{1}}}));
  EXPECT_THAT(log.log_all(), HasSubstr("a debug"));
  EXPECT_EQ(log.count(), 1U);
  ASSERT_TRUE(log.logging.update({{"log_verbose_level", std::int64_t{2}}}));
  EXPECT_THAT(log.log_all(), HasSubstr("a trace"));
}

TEST(Logging, ChangesAllOrNothing) {
  Captured log;
  EXPECT_FALSE(log.logging.update({{"log_info", false}, {"log_format", std::string("xml")}}));
  EXPECT_TRUE(log.logging.settings().info);
}

TEST(Logging, WritesTimesInIso8601WhenAsked) {
  Captured log;
  ASSERT_TRUE(
      log.logging.update({{"log_format", std::string("ISO8601")}, {"log_info", false}, {"log_warning", false}}));
  EXPECT_THAT(log.log_all(), MatchesRegex("....-..-..T..:..:..\\....Z error: an error\n"));
  Captured json(LogFormat::json);
  EXPECT_THAT(json.log_all(), HasSubstr(R"("level":"error","message":"an error"})"));
  const auto refused = json.logging.update({{"log_format", std::string("default")}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("--log-format json"));
}

TEST(Logging, ItsSettingsBeginAsTheLevelSays) {
  EXPECT_EQ((*set_up_logging(LogFormat::text, "trace"))->settings().verbose_level, 2U);
  EXPECT_EQ((*set_up_logging(LogFormat::text, "debug"))->settings().verbose_level, 1U);
  EXPECT_FALSE((*set_up_logging(LogFormat::text, "warning"))->settings().info);
  EXPECT_FALSE((*set_up_logging(LogFormat::text, "off"))->settings().error);
  EXPECT_TRUE((*set_up_logging(LogFormat::text, "error"))->settings().error);
  EXPECT_TRUE((*set_up_logging(LogFormat::text, "info"))->settings().info);
}

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
