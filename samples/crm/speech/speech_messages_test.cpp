#include "speech/speech_messages.hpp"

#include <gmock/gmock.h>

namespace crm {
namespace {

TEST(ServiceAddress, IsReadFromAUrl) {
  EXPECT_EQ(parse_address("http://speech:8000/")->authority(), "speech:8000");
  EXPECT_EQ(parse_address("http://speech/a/b")->path, "/a/b");
  EXPECT_EQ(parse_address("http://speech/a/b")->port, "80");
  const auto v6 = parse_address("http://[::1]:8000/a");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "::1") << "as a resolver takes it";
  EXPECT_EQ(v6->authority(), "[::1]:8000");
  EXPECT_EQ(parse_address("http://[::1]")->authority(), "[::1]:80");
  for (const auto* url : {"", "speech:8000", "https://speech", "http://", "http://speech:x", "http://:80",
                          "http://[::1", "http://::1", "http://[]:80", "http://[::1]80"}) {
    EXPECT_FALSE(parse_address(url)) << url;
  }
}

TEST(SpeechMessage, ReadsWhatWatsonSends) {
  EXPECT_TRUE(read_message(R"({"state":"listening"})")->listening);
  EXPECT_EQ(read_message(R"({"error":"no such model"})")->error, "no such model");
  const auto message =
      read_message(R"({"result_index":0,"results":[{"final":true,"alternatives":[{"transcript":"one two "}]},)"
                   R"({"final":false,"alternatives":[{"transcript":"three"},{"transcript":"tree"}]}]})");
  ASSERT_EQ(message->results.size(), 2U);
  EXPECT_EQ(message->results[0].text, "one two");
  EXPECT_TRUE(message->results[0].is_final);
  EXPECT_FALSE(message->results[1].is_final);
}

TEST(SpeechMessage, TakesNothingForGranted) {
  for (const auto* text : {"", "[]", "{", "3"}) EXPECT_FALSE(read_message(text)) << text;
  for (const auto* text :
       {"{}", R"({"results":3})", R"({"results":[3,{},{"alternatives":[]},{"alternatives":[1]}]})"}) {
    EXPECT_TRUE(read_message(text)->results.empty()) << text;
  }
}

TEST(SpeechMessage, AModelsNameIsNoPartOfTheAddress) {
  EXPECT_EQ(recognize_target({.host = "h", .port = "1", .path = "/a"}, "en-US_x y&z"),
            "/a/v1/recognize?model=en-US_x%20y%26z");
}

TEST(SpeechMessage, StartsAsWatsonIsStarted) {
  EXPECT_EQ(start_message(48000),
            R"({"action":"start","content-type":"audio/l16;rate=48000;channels=1","interim_results":true,)"
            R"("inactivity_timeout":-1})");
}

TEST(ChooseModel, TakesTheFirstOfTheLanguage) {
  const auto* models = R"({"models":[{"name":"w","language":"multi"},{"name":"a","language":"en-US"},)"
                       R"({"name":"b","language":"en-GB"}]})";
  EXPECT_EQ(choose_model(models, "en").value(), "a");
  EXPECT_EQ(choose_model(models, "pt").value(), "w");
  EXPECT_EQ(choose_model(R"({"models":[{"name":"a","language":"en-US"}]})", "pt").error(),
            "the speech service has no model for the language pt");
  EXPECT_FALSE(choose_model("<html>", "en"));
}

}  // namespace
}  // namespace crm
