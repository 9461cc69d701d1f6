#include "speech/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace slipway::speech {

using namespace std::string_view_literals;

namespace {

constexpr std::string_view space_mark = "\u2581";

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// The words, and beginnings of words where others follow from them.
constexpr std::array coarse{"fuck"sv, "motherfuck"sv, "shit"sv, "bullshit"sv, "cunt"sv, "asshole"sv, "bitch"sv};

bool is_coarse(std::string_view word) {
  return std::ranges::any_of(coarse, [word = lower(word)](std::string_view known) { return word.starts_with(known); });
}

}  // namespace

std::vector<Word> words_from(const Tokens& tokens, double begin, double end) {
  std::vector<Word> words;
  if (tokens.times.size() != tokens.texts.size()) return words;
  const bool sure = tokens.log_probabilities.size() == tokens.texts.size();
  double sum = 0;
  std::size_t count = 0;
  const auto close = [&](double at) {
    if (words.empty() || count == 0) return;
    words.back().end = at;
    if (sure) words.back().confidence = std::exp(sum / static_cast<double>(count));
  };
  for (std::size_t i = 0; i < tokens.texts.size(); ++i) {
    std::string_view text = tokens.texts[i];
    const bool marked = text.starts_with(space_mark);
    const bool begins = marked || text.starts_with(' ') || words.empty();
    if (marked) text.remove_prefix(space_mark.size());
    text = trimmed(text);
    if (begins) {
      const double at = begin + tokens.times[i];
      close(at);
      words.push_back({.text = "", .begin = at, .end = at, .confidence = std::nullopt});
      sum = 0;
      count = 0;
    }
    words.back().text += text;
    if (sure) sum += tokens.log_probabilities[i];
    ++count;
  }
  close(end);
  std::erase_if(words, [](const Word& word) { return word.text.empty(); });
  return words;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return made;
}

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    if (!is_space(c) && !inside) ++words;
    inside = !is_space(c);
  }
  return words;
}

std::string without_profanity(std::string_view text) {
  std::string clean(text);
  for (std::size_t at = 0; at < clean.size();) {
    std::size_t end = at;
    while (end < clean.size() && is_letter(clean[end])) ++end;
    if (is_coarse(std::string_view(clean).substr(at, end - at)))
      std::fill(clean.begin() + static_cast<std::ptrdiff_t>(at), clean.begin() + static_cast<std::ptrdiff_t>(end), '*');
    at = std::max(end, at + 1);
  }
  return clean;
}

}  // namespace slipway::speech
