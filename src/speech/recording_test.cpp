#include "speech/recording.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>

namespace slipway::speech {
namespace {

/// A model that hears when the test says so.
struct Ears {
  struct Asked {
    std::size_t offset;
    PhraseDone done;
  };
  std::vector<Asked> asked;
  std::optional<core::Result<Transcript>> outcome;
  std::shared_ptr<Recording> recording = std::make_shared<Recording>(
      [this](std::vector<float> /*samples*/, std::size_t offset, PhraseDone done) {
        asked.push_back({offset, std::move(done)});
      },
      2,
      [this](core::Result<Transcript> transcript) {
        ASSERT_FALSE(outcome) << "answered twice";
        outcome = std::move(transcript);
      });

  void say(std::size_t index, std::string text) {
    PhraseDone done = std::move(asked.at(index).done);
    done(PhraseHeard{
        .phrase = {.begin = 0, .end = 1, .text = std::move(text), .words = {}, .confidence = {}, .language = ""}});
  }
};

TEST(Recording, JoinsPhrasesInItsOwnOrder) {
  Ears ears;
  ears.recording->add({0.0F}, 0);
  ears.recording->add({0.0F}, 10);
  ears.say(1, "second");
  ears.recording->end(3);
  EXPECT_FALSE(ears.outcome);
  ears.say(0, "first");
  ASSERT_TRUE(ears.outcome && *ears.outcome);
  EXPECT_EQ((*ears.outcome)->text(), "first second");
  EXPECT_EQ((*ears.outcome)->seconds, 3);
}

TEST(Recording, HasOnlySoManyPhrasesHeardAtATime) {
  Ears ears;
  for (std::size_t i = 0; i < 5; ++i) ears.recording->add({0.0F}, i);
  EXPECT_EQ(ears.asked.size(), 2U);
  ears.say(0, "a");
  EXPECT_EQ(ears.asked.size(), 3U);
  EXPECT_EQ(ears.asked[2].offset, 2U);
}

TEST(Recording, WithoutAWordIsAnEmptyTranscript) {
  Ears silent;
  silent.recording->end(5);
  ASSERT_TRUE(silent.outcome && *silent.outcome);
  EXPECT_TRUE((*silent.outcome)->phrases.empty());

  Ears noise;
  noise.recording->add({0.0F}, 0);
  noise.recording->end(5);
  noise.say(0, "");
  ASSERT_TRUE(noise.outcome && *noise.outcome);
  EXPECT_TRUE((*noise.outcome)->phrases.empty());
}

TEST(Recording, FailsOnceWithTheFirstErrorAndHearsNoMore) {
  Ears ears;
  for (std::size_t i = 0; i < 4; ++i) ears.recording->add({0.0F}, i);
  PhraseDone done = std::move(ears.asked[0].done);
  done(core::fail(core::Code::unavailable, "full"));
  EXPECT_TRUE(ears.recording->failed());
  EXPECT_EQ(ears.asked.size(), 2U);
  EXPECT_FALSE(ears.outcome);  // one is still heard
  ears.say(1, "late");
  ASSERT_TRUE(ears.outcome);
  EXPECT_EQ(ears.outcome->error().message(), "full");
}

}  // namespace
}  // namespace slipway::speech
