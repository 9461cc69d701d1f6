#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// One word of a dictation.
struct Word {
  std::string raw;      ///< as the recogniser wrote it
  std::string core;     ///< without the punctuation around it
  std::string folded;   ///< the core without accents and case
  bool breaks = false;  ///< a comma, full stop, colon or line break comes after it
};

using Words = std::span<const Word>;

std::vector<Word> split_words(std::string_view text);
/// The words as they were written, without commas and full stops at the ends.
std::string written(Words words);
/// The same, but the end of a sentence stays.
std::string written_as_text(Words words);

/// What a value is read out of words: where `used` is 0, there is none.
template <typename T>
struct Read {
  T value{};
  std::size_t used = 0;  ///< how many words it took
};

}  // namespace crm
