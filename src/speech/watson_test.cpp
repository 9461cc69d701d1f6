#include "speech/watson.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace slipway::speech {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Phrase phrase(double begin, double end, std::string text) {
  return {.begin = begin, .end = end, .text = std::move(text), .words = {}, .confidence = {}, .language = ""};
}

json::value answer(const Transcript& transcript, const WatsonOptions& options) {
  return json::parse(watson_answer(transcript, options, "m"));
}

TEST(WatsonOptions, TakesWhatIsSupportedAndWarnsOfTheRest) {
  WatsonOptions options;
  for (const auto& [name, value] : {std::pair{"timestamps", "true"},
                                    {"inactivity_timeout", "-1"},
                                    {"max_alternatives", "3"},
                                    {"keywords", "acme"},
                                    {"speaker_labels", "false"},
                                    {"colour", "red"}})
    ASSERT_TRUE(options.set(name, value)) << name;
  EXPECT_TRUE(options.timestamps);
  EXPECT_EQ(options.inactivity_timeout, -1);
  EXPECT_THAT(options.warnings, ElementsAre(HasSubstr("max_alternatives"), HasSubstr("keywords"), HasSubstr("colour")));
  EXPECT_THAT(options.set("timestamps", "maybe").error().message(), HasSubstr("true or false"));
  EXPECT_THAT(options.set("inactivity_timeout", "soon").error().message(), HasSubstr("a number"));
}

TEST(WatsonAnswer, JoinsPhrasesOverShortPausesUnlessAskedToSplit) {
  const Transcript transcript{{phrase(0, 1, "Ever tried."), phrase(1.5, 2, "Ever failed."), phrase(4, 5, "No matter.")},
                              6};
  const auto joined = answer(transcript, {});
  ASSERT_EQ(joined.at("results").as_array().size(), 2U);
  EXPECT_EQ(joined.at("results").at(0).at("alternatives").at(0).at("transcript"), "Ever tried. Ever failed. ");
  EXPECT_FALSE(joined.as_object().contains("warnings"));
  WatsonOptions split;
  split.split_at_phrase_end = true;
  const auto parts = answer(transcript, split);
  ASSERT_EQ(parts.at("results").as_array().size(), 3U);
  EXPECT_EQ(parts.at("results").at(0).at("end_of_utterance"), "silence");
  EXPECT_EQ(parts.at("results").at(2).at("end_of_utterance"), "end_of_data");
}

TEST(WatsonAnswer, FormatsEnglishWhereAsked) {
  WatsonOptions options;
  Phrase said = phrase(0, 1, "Twenty five.");
  const auto transcript = [&] {
    return answer({{said}, 1}, options).at("results").at(0).at("alternatives").at(0).at("transcript").as_string();
  };
  EXPECT_EQ(transcript(), "Twenty five. ");
  options.smart_formatting = true;
  EXPECT_EQ(transcript(), "25. ");
  said.language = "de";
  EXPECT_EQ(transcript(), "Twenty five. ");
  EXPECT_THAT(answer({{said}, 1}, options).at("warnings").at(0).as_string().c_str(), HasSubstr("\"de\""));
}

TEST(WatsonAnswer, HasTimesAndConfidencesWhereTheModelGivesThemAndElseAWarning) {
  WatsonOptions options;
  options.timestamps = true;
  options.word_confidence = true;
  Phrase sure = phrase(0, 1, "no");
  EXPECT_EQ(answer({{sure}, 1}, options).at("warnings").as_array().size(), 2U);
  sure.words = {{.text = "no", .begin = 0.254, .end = 0.5, .confidence = 0.875}};
  sure.confidence = 0.875;
  const auto result = answer({{sure}, 1}, options).at("results").at(0).at("alternatives").at(0);
  EXPECT_EQ(result.at("timestamps"), json::parse(R"([["no",0.25,0.5]])"));
  EXPECT_EQ(result.at("word_confidence"), json::parse(R"([["no",0.88]])"));
}

TEST(WatsonAnswer, FiltersProfanityUnlessToldNotTo) {
  const Transcript transcript{{phrase(0, 1, "oh shit")}, 1};
  const auto text = [&](const WatsonOptions& options) {
    return answer(transcript, options).at("results").at(0).at("alternatives").at(0).at("transcript").as_string();
  };
  EXPECT_EQ(text({}), "oh **** ");
  WatsonOptions plain;
  plain.profanity_filter = false;
  EXPECT_EQ(text(plain), "oh shit ");
}

TEST(WatsonAnswer, ToSilenceHasNoResults) { EXPECT_TRUE(answer({{}, 5}, {}).at("results").as_array().empty()); }

}  // namespace
}  // namespace slipway::speech
