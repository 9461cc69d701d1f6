#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::speech {

/// A word of a text, in small letters and parted from the signs around it.
struct SpokenWord {
  std::string_view whole;
  std::string plain;
  std::string before;
  std::string after;
  bool hyphened = false;  ///< a hyphen, not a space, stands before it
};

/// What spaces part; "twenty-five" and "twenty-first" are two words. The words lie in `text`.
std::vector<SpokenWord> spoken_words(std::string_view text);

bool is(std::span<const SpokenWord> words, std::size_t at, std::string_view text);
/// Whether the first `count` words belong together: none but the last is followed by a stop or a comma.
bool are_joined(std::span<const SpokenWord> words, std::size_t count);
/// The word after the first `count`, or the last of the words before; empty where a sign parts them or there is none.
std::string_view word_after(std::span<const SpokenWord> words, std::size_t count);
std::string_view word_before(std::span<const SpokenWord> before);

struct SpokenNumber {
  std::int64_t value = 0;
  std::string decimals;  ///< "25" of "three point two five"
  std::size_t words = 0;

  std::string text() const;
};

bool is_number_word(std::string_view word);  ///< "five", "fifty", "hundred", "millions", "eighties"
bool is_magnitude(std::string_view word);    ///< "hundred", "thousand", "million", "billion"

/// How many words, up to the last that is of a number, say numbers with nothing else between them: one number, several,
/// or none that is understood.
std::size_t number_run(std::span<const SpokenWord> words);

/// English numbers at the beginning of the words, as many words as belong to one.
std::optional<int> digit_of(std::string_view word);                         ///< "oh" is 0
std::optional<SpokenNumber> two_digits(std::span<const SpokenWord> words);  ///< up to "ninety nine"
std::optional<SpokenNumber> whole_number(
    std::span<const SpokenWord> words);  ///< up to a thousand billions; "a hundred" too
std::optional<SpokenNumber> spoken_number(std::span<const SpokenWord> words);   ///< "two point five" too
std::optional<SpokenNumber> spoken_ordinal(std::span<const SpokenWord> words);  ///< "twenty first", "hundredth"

/// Whether the number and the one that follows it are two for certain: "five thousand six thousand", but not "eighteen
/// nineteen" or "three fifty".
bool are_round(std::span<const SpokenWord> words, const SpokenNumber& number);

/// "five or six hundred", "twenty to thirty thousand": the words of both, where the first takes part in the magnitude
/// of the second; else 0.
std::size_t range_words(std::span<const SpokenWord> words, std::size_t run);

}  // namespace slipway::speech
