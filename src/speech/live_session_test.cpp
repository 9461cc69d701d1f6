#include "speech/live_session.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace slipway::speech {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A session whose voice is where the samples are loud, and a model that hears when the test says so.
class Live : public testing::Test {
 protected:
  struct Asked {
    std::uint64_t id;
    std::size_t samples;
    std::size_t offset;
  };

  Live() {
    session.hooks = {.voice =
                         [](std::span<const float> window) {
                           return LiveSession::Voice{window.front() > 0.1F ? 0.9F : 0.05F, window.front()};
                         },
                     .hear =
                         [this](std::uint64_t id, std::vector<float> samples, std::size_t offset) {
                           asked.push_back({id, samples.size(), offset});
                         },
                     .tell =
                         [this](LiveSession::Kind kind, const Phrase& phrase, double ended_at) {
                           told.push_back((kind == LiveSession::Kind::final ? "final " : "interim ") + phrase.text);
                           if (kind == LiveSession::Kind::final) final_at.push_back(ended_at);
                         },
                     .real_time_factor = [this] { return factor; },
                     .settled = {}};
  }

  void sound(double seconds, float loudness) { session.accept(std::vector<float>(samples_in(seconds), loudness)); }
  void voice(double seconds) { sound(seconds, 0.5F); }
  void silence(double seconds) { sound(seconds, 0); }
  void hear(std::size_t index, std::string text) {
    session.heard(asked.at(index).id,
                  Phrase{.begin = 0, .end = 0, .text = std::move(text), .words = {}, .confidence = {}, .language = ""});
  }

  LiveSession session;
  double factor = 0.05;
  std::vector<Asked> asked;
  std::vector<std::string> told;
  std::vector<double> final_at;  ///< when the phrases of final texts had ended
};

TEST_F(Live, AsksForAnInterimTextWhileSomebodySpeaksAndForOneAtATime) {
  silence(0.5);
  voice(0.3);
  ASSERT_EQ(asked.size(), 1U);
  voice(2);
  EXPECT_EQ(asked.size(), 1U) << "the one before has not come";
  hear(0, "it");
  voice(0.1);
  EXPECT_EQ(asked.size(), 2U);
  hear(1, "it was");
  EXPECT_THAT(told, ElementsAre("interim it", "interim it was"));
}

TEST_F(Live, AsksNoMoreOftenThanEveryThirdOfASecond) {
  for (int i = 0; i < 100; ++i) {
    voice(0.02);
    for (std::size_t run = 0; run < asked.size(); ++run) hear(run, "word");
  }
  EXPECT_GE(asked.size(), 4U);  // two seconds
  EXPECT_LE(asked.size(), 6U);
}

TEST_F(Live, HearsAPhraseAtItsFirstPauseAndTellsItOnceItHasEnded) {
  voice(1);
  hear(0, "it was");
  told.clear();
  silence(0.15);
  const std::size_t whole = asked.size() - 1;
  ASSERT_GE(whole, 1U);
  EXPECT_GT(asked[whole].samples, samples_in(1.0));
  hear(whole, "It was the best.");
  EXPECT_THAT(told, ElementsAre("interim It was the best."));
  silence(0.4);
  EXPECT_EQ(asked.size(), whole + 1) << "what was heard at the pause is not heard again";
  EXPECT_THAT(told, ElementsAre("interim It was the best.", "final It was the best."));
  EXPECT_TRUE(session.idle());
}

TEST_F(Live, WaitsForTheTextOfAPhraseThatEndedBeforeItCame) {
  voice(1);
  hear(0, "");
  silence(1);
  EXPECT_THAT(told, IsEmpty());
  EXPECT_FALSE(session.idle());
  EXPECT_GT(session.behind(), 0.9);
  hear(asked.size() - 1, "Best of times.");
  EXPECT_THAT(told, ElementsAre("final Best of times."));
}

TEST_F(Live, GoesOnWithAPhraseThatPausedOnly) {
  voice(1);
  hear(0, "");
  silence(0.2);
  hear(asked.size() - 1, "It was");
  voice(0.5);
  silence(1);
  hear(asked.size() - 1, "It was the best.");
  EXPECT_THAT(told, ElementsAre("interim It was", testing::_));
  EXPECT_EQ(told.back(), "final It was the best.");
  EXPECT_EQ(asked.back().offset, asked.front().offset);
}

TEST_F(Live, TellsPhrasesInTheirOrder) {
  voice(1);
  hear(0, "");
  silence(1);
  const std::size_t first = asked.size() - 1;
  voice(1);
  silence(1);
  const std::size_t second = asked.size() - 1;
  hear(second, "second");
  EXPECT_THAT(told, IsEmpty());
  hear(first, "first");
  EXPECT_THAT(told, ElementsAre("final first", "final second"));
}

TEST_F(Live, CutsWhatDoesNotEndByTheSpeedOfTheModel) {
  factor = 0.15;  // 0.4 s of computing is 2.7 s of sound
  for (int i = 0; i < 100; ++i) {
    voice(0.1);
    for (const Asked& run : std::exchange(asked, {})) {
      EXPECT_LE(run.samples, samples_in(2.8));
      session.heard(run.id,
                    Phrase{.begin = 0, .end = 0, .text = "word", .words = {}, .confidence = {}, .language = ""});
    }
  }
  EXPECT_GE(std::ranges::count(told, "final word"), 3);
}

TEST_F(Live, SaysWhenAPhraseHadEndedOrWasCut) {
  factor = 0.15;
  for (int i = 0; i < 25; ++i) voice(0.1);
  silence(1);
  const double cut_after = 0.4 / factor;
  for (std::size_t i = 0; i < asked.size(); ++i) hear(i, "word");
  ASSERT_EQ(final_at.size(), 1U) << "the voice paused before it was cut";
  EXPECT_NEAR(final_at.front(), 2.5, 0.3);
  for (int i = 0; i < 29; ++i) voice(0.1);
  for (std::size_t i = 0; i < asked.size(); ++i) hear(i, "word");
  ASSERT_EQ(final_at.size(), 2U) << "it was cut";
  EXPECT_NEAR(final_at.back(), 3.5 + cut_after, 0.3);
}

TEST_F(Live, HearsNothingInSilence) {
  silence(10);
  EXPECT_THAT(asked, IsEmpty());
  EXPECT_GT(session.silence(), 9.9);
  session.finish();
  EXPECT_TRUE(session.idle());
}

TEST_F(Live, EndsTheOpenPhraseWithTheSoundAndTakesAnotherSound) {
  voice(0.8);
  hear(0, "");
  session.finish();
  hear(asked.size() - 1, "Stop.");
  EXPECT_THAT(told, ElementsAre("final Stop."));
  silence(0.5);
  voice(0.8);
  hear(asked.size() - 1, "");
  session.finish();
  hear(asked.size() - 1, "Again.");
  EXPECT_EQ(told.back(), "final Again.");
}

TEST_F(Live, KeepsTheFirstFailureOfTheModel) {
  voice(1);
  session.heard(asked.front().id, core::fail(core::Code::unavailable, "the queue is full"));
  ASSERT_TRUE(session.failure());
  EXPECT_EQ(session.failure()->message(), "the queue is full");
}

}  // namespace
}  // namespace slipway::speech
