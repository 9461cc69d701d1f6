#include "speech/phrase_splitter.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace slipway::speech {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t second = sample_rate;

class Splitter : public testing::Test {
 protected:
  void add(double seconds, float probability, float energy = 1) {
    for (; until_ < samples_in(seconds); until_ += window_samples) splitter.add(probability, energy);
  }
  void voice_until(double seconds, float energy = 1) { add(seconds, 0.9F, energy); }
  void silence_until(double seconds) { add(seconds, 0.05F, 0); }
  std::vector<Span> phrases() {
    std::vector<Span> all;
    while (const auto phrase = splitter.take()) all.push_back(*phrase);
    return all;
  }
  static testing::Matcher<Span> near(double begin, double end) {
    const auto within = [](double seconds) {
      const std::size_t at = samples_in(seconds);
      return testing::AllOf(testing::Ge(at < 1024 ? 0 : at - 1024), testing::Le(at + 1024));
    };
    return testing::AllOf(testing::Field(&Span::begin, within(begin)), testing::Field(&Span::end, within(end)));
  }

  PhraseSplitter splitter{{.silence = 0.5, .longest = 4, .before = 0.25, .after = 0.2, .least_voice = 0.1}};
  std::size_t until_ = 0;
};

TEST_F(Splitter, EndsAPhraseAfterSilenceAndKeepsSomeOfItOnEitherSide) {
  silence_until(1);
  voice_until(2);
  silence_until(2.4);
  EXPECT_THAT(phrases(), IsEmpty());
  silence_until(2.6);
  EXPECT_THAT(phrases(), ElementsAre(near(0.75, 2.2)));
}

TEST_F(Splitter, KeepsAPhraseTogetherOverAShortPause) {
  voice_until(1);
  silence_until(1.3);
  voice_until(1.8);
  silence_until(3);
  EXPECT_THAT(phrases(), ElementsAre(near(0, 2)));
}

TEST_F(Splitter, HearsNothingInSilenceAndInNoiseThatIsShort) {
  silence_until(5);
  voice_until(5.05);
  silence_until(9);
  splitter.finish();
  EXPECT_THAT(phrases(), IsEmpty());
  EXPECT_GE(splitter.needed_from(), samples_in(8.7));
}

TEST_F(Splitter, EndsALongPhraseAtAShorterPause) {
  voice_until(2.5);
  silence_until(2.7);
  EXPECT_THAT(phrases(), ElementsAre(near(0, 2.7)));
}

TEST_F(Splitter, CutsWhatDoesNotEndInItsQuietestPlaceWithoutLosingASample) {
  voice_until(3);
  voice_until(3.1, 0.1F);
  voice_until(6);
  silence_until(7);
  const auto all = phrases();
  ASSERT_THAT(all, ElementsAre(near(0, 3.05), near(3.05, 6.2)));
  EXPECT_EQ(all[0].end, all[1].begin);
}

TEST_F(Splitter, EndsAnOpenPhraseWithTheSound) {
  voice_until(1);
  ASSERT_TRUE(splitter.open());
  EXPECT_THAT(*splitter.open(), near(0, 1));
  splitter.finish();
  EXPECT_THAT(phrases(), ElementsAre(near(0, 1)));
  EXPECT_FALSE(splitter.open());
}

TEST_F(Splitter, TakesAVoiceThatTremblesForOne) {
  voice_until(0.5);
  for (int i = 0; i < 20; ++i) splitter.add(i % 2 == 0 ? 0.4F : 0.6F, 1);
  until_ += 20 * window_samples;
  EXPECT_EQ(splitter.silence(), 0U);
  silence_until(2);
  EXPECT_EQ(phrases().size(), 1U);
  EXPECT_GT(second, 0U);
}

}  // namespace
}  // namespace slipway::speech
