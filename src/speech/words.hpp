#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "speech/phrase.hpp"

namespace slipway::speech {

/// What a model gives of a phrase's parts: tokens with the time each begins at, in seconds from the phrase's beginning,
/// and the logarithms of their probabilities; empty where it does not give them.
struct Tokens {
  std::vector<std::string> texts;
  std::vector<float> times;
  std::vector<float> log_probabilities;
};

/// The words of a phrase that lasts from `begin` to `end`: a token that begins with a space (or with "▁") begins one.
/// None where the model gives no times.
std::vector<Word> words_from(const Tokens& tokens, double begin, double end);

std::string_view trimmed(std::string_view text);
std::string lower(std::string_view text);
std::size_t count_words(std::string_view text);

/// Coarse English words to asterisks, each as long as the word.
std::string without_profanity(std::string_view text);

}  // namespace slipway::speech
