#include "protocol/log_settings.hpp"

#include <gmock/gmock.h>

namespace slipway::protocol {
namespace {

using ::testing::HasSubstr;

core::Result<LogSettings> after(std::string_view body) {
  TRY(const auto changes, decode_log_changes(body));
  return changed({}, changes);
}
std::string settings_sentence(std::string_view body) {
  const auto settings = after(body);
  return settings ? "no error" : settings.error().message();
}

TEST(LogSettings, AreWrittenAsTheExtensionHasThem) {
  EXPECT_EQ(
      encode_log_settings({}),
      R"({"log_file":"","log_info":true,"log_warning":true,"log_error":true,"log_verbose_level":0,"log_format":"default"})");
}

TEST(LogSettings, ChangeWhereTheyAreNamed) {
  const auto settings =
      after(R"({"log_info":false,"log_warnings":false,"log_verbose_level":2,"log_format":"ISO8601","log_file":""})");
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(
      encode_log_settings(*settings),
      R"({"log_file":"","log_info":false,"log_warning":false,"log_error":true,"log_verbose_level":2,"log_format":"ISO8601"})");
  EXPECT_EQ(encode_log_settings(*after("{}")), encode_log_settings({}));
}

TEST(LogSettings, SayWhatIsWrong) {
  EXPECT_THAT(settings_sentence(""), HasSubstr("a JSON object expected"));
  EXPECT_THAT(settings_sentence("[1]"), HasSubstr("a JSON object expected"));
  EXPECT_THAT(settings_sentence(R"({"log_infos":true})"),
              HasSubstr("no log setting \"log_infos\"; there are: log_file"));
  EXPECT_THAT(settings_sentence(R"({"log_info":1})"), HasSubstr("\"log_info\": true or false expected"));
  EXPECT_THAT(settings_sentence(R"({"log_info":null})"), HasSubstr("\"log_info\": true, false, a number"));
  EXPECT_THAT(settings_sentence(R"({"log_verbose_level":-1})"), HasSubstr("a number from 0"));
  EXPECT_THAT(settings_sentence(R"({"log_verbose_level":4294967296})"), HasSubstr("a number from 0"));
  EXPECT_THAT(settings_sentence(R"({"log_format":"xml"})"), HasSubstr("\"default\" or \"ISO8601\""));
  EXPECT_THAT(settings_sentence(R"({"log_file":"/tmp/x"})"), HasSubstr("the log goes to stderr"));
}

}  // namespace
}  // namespace slipway::protocol
