#include "speech/words.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace slipway::speech {
namespace {

TEST(Words, AreTokensUpToTheNextThatBeginsWithASpace) {
  const auto words = words_from({{" it", " was", "n't", "\u2581so"}, {0.0F, 0.5F, 0.75F, 1.0F}, {}}, 10, 12);
  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(words[0].text, "it");
  EXPECT_EQ(words[1].text, "wasn't");
  EXPECT_DOUBLE_EQ(words[1].begin, 10.5);
  EXPECT_DOUBLE_EQ(words[1].end, 11);
  EXPECT_EQ(words[2].text, "so");
  EXPECT_DOUBLE_EQ(words[2].end, 12);
  EXPECT_FALSE(words[0].confidence);
}

TEST(Words, HaveTheMeanConfidenceOfTheirTokens) {
  const auto words = words_from({{"a", "b", " c"}, {0, 1, 2}, {std::log(0.9F), std::log(0.4F), std::log(0.5F)}}, 0, 3);
  ASSERT_EQ(words.size(), 2U);
  EXPECT_NEAR(*words[0].confidence, 0.6, 1e-6);
  EXPECT_NEAR(*words[1].confidence, 0.5, 1e-6);
}

TEST(Words, AreNoneWithoutTimes) { EXPECT_TRUE(words_from({{"a"}, {}, {}}, 0, 1).empty()); }

TEST(Words, AreCountedBetweenSpaces) {
  EXPECT_EQ(count_words(""), 0U);
  EXPECT_EQ(count_words("  Fail better. "), 2U);
}

TEST(Words, ThatAreCoarseBecomeAsterisks) {
  EXPECT_EQ(without_profanity("Oh shit, fucking hell!"), "Oh ****, ******* hell!");
  EXPECT_EQ(without_profanity("Scunthorpe is a classic"), "Scunthorpe is a classic");
}

}  // namespace
}  // namespace slipway::speech
