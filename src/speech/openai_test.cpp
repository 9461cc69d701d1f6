#include "speech/openai.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace slipway::speech {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

const Transcript transcript{
    {{.begin = 0.25, .end = 1.5, .text = "Ever tried.", .words = {}, .confidence = {}, .language = ""},
     {.begin = 3723.004,
      .end = 3724,
      .text = "No matter.",
      .words = {{.text = "No", .begin = 3723.1, .end = 3723.4, .confidence = {}}},
      .confidence = {},
      .language = ""}},
    3725};

std::string body(std::string_view format) {
  OpenaiOptions options;
  EXPECT_TRUE(options.set("response_format", format));
  return openai_answer(transcript, options).body;
}

TEST(OpenaiAnswer, HasEachFormat) {
  EXPECT_EQ(json::parse(body("json")).at("text"), "Ever tried. No matter.");
  EXPECT_EQ(body("text"), "Ever tried. No matter.\n");
  EXPECT_EQ(body("srt"),
            "1\n00:00:00,250 --> 00:00:01,500\nEver tried.\n\n2\n01:02:03,004 --> 01:02:04,000\nNo matter.\n\n");
  EXPECT_EQ(body("vtt"),
            "WEBVTT\n\n00:00:00.250 --> 00:00:01.500\nEver tried.\n\n01:02:03.004 --> 01:02:04.000\nNo matter.\n\n");
}

TEST(OpenaiAnswer, InFullHasSegmentsAndWordsWhereTheyAreAskedFor) {
  const auto full = json::parse(body("verbose_json"));
  EXPECT_EQ(full.at("duration").to_number<double>(), 3725);
  ASSERT_EQ(full.at("segments").as_array().size(), 2U);
  EXPECT_EQ(full.at("segments").at(1).at("start").to_number<double>(), 3723.004);
  EXPECT_FALSE(full.as_object().contains("words"));
  OpenaiOptions words{.model = "", .format = OpenaiOptions::Format::verbose_json, .words = true};
  EXPECT_EQ(json::parse(openai_answer(transcript, words).body).at("words").at(0).at("word"), "No");
}

TEST(OpenaiAnswer, AsAStreamHasAnEventAPhraseAndOneForTheWhole) {
  const OpenaiAnswer answer =
      openai_answer(transcript, {.model = "", .format = {}, .words = false, .segments = false, .stream = true});
  EXPECT_EQ(answer.content_type, "text/event-stream");
  EXPECT_THAT(answer.body, testing::StartsWith(R"(data: {"type":"transcript.text.delta","delta":"Ever tried."})"));
  EXPECT_THAT(answer.body, HasSubstr(R"("delta":" No matter.")"));
  EXPECT_THAT(answer.body, HasSubstr(R"({"type":"transcript.text.done","text":"Ever tried. No matter.")"));
}

TEST(OpenaiOptions, SayWhatIsWrong) {
  OpenaiOptions options;
  EXPECT_THAT(options.set("response_format", "xml").error().message(), HasSubstr("verbose_json"));
  EXPECT_THAT(options.set("timestamp_granularities[]", "letter").error().message(), HasSubstr("letter"));
  EXPECT_THAT(options.set("colour", "red").error().message(), HasSubstr("colour"));
  EXPECT_TRUE(options.set("language", "en"));
}

}  // namespace
}  // namespace slipway::speech
