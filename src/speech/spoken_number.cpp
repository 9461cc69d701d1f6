#include "speech/spoken_number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "speech/words.hpp"

namespace slipway::speech {

using namespace std::string_view_literals;

namespace {

constexpr std::array small{"zero"sv,    "one"sv,     "two"sv,       "three"sv,    "four"sv,
                           "five"sv,    "six"sv,     "seven"sv,     "eight"sv,    "nine"sv,
                           "ten"sv,     "eleven"sv,  "twelve"sv,    "thirteen"sv, "fourteen"sv,
                           "fifteen"sv, "sixteen"sv, "seventeen"sv, "eighteen"sv, "nineteen"sv};
constexpr std::array tens{"twenty"sv, "thirty"sv, "forty"sv, "fifty"sv, "sixty"sv, "seventy"sv, "eighty"sv, "ninety"sv};
constexpr std::array scales{std::pair{"billion"sv, std::int64_t{1'000'000'000}},
                            std::pair{"million"sv, std::int64_t{1'000'000}},
                            std::pair{"thousand"sv, std::int64_t{1000}}};
/// Ordinals that are not their number with "th".
constexpr std::array odd_ordinals{std::pair{"first"sv, "one"sv},     std::pair{"second"sv, "two"sv},
                                  std::pair{"third"sv, "three"sv},   std::pair{"fifth"sv, "five"sv},
                                  std::pair{"eighth"sv, "eight"sv},  std::pair{"ninth"sv, "nine"sv},
                                  std::pair{"twelfth"sv, "twelve"sv}};

using Words = std::span<const SpokenWord>;

template <std::size_t N>
std::optional<std::int64_t> index_in(const std::array<std::string_view, N>& names, std::string_view word) {
  const auto found = std::ranges::find(names, word);
  if (found == names.end()) return std::nullopt;
  return found - names.begin();
}

/// A word that may follow another of the same number.
bool continues(Words words, std::size_t at) { return at < words.size() && words[at - 1].after.empty(); }

std::int64_t scale_of(std::string_view word) {
  const auto found = std::ranges::find(scales, word, [](const auto& pair) { return pair.first; });
  return found == scales.end() ? 0 : found->second;
}

/// "a hundred", "a million".
bool is_article(Words words) { return words.size() > 1 && words[0].plain == "a" && is_magnitude(words[1].plain); }

/// "three hundred and five": below a thousand, or "thirteen hundred".
std::optional<SpokenNumber> hundreds(Words words, bool may_be_article = false) {
  auto number = may_be_article && is_article(words) ? SpokenNumber{1, "", 1} : two_digits(words);
  if (!number || number->value == 0 || !continues(words, number->words) || words[number->words].plain != "hundred")
    return number;
  number->value *= 100;
  std::size_t at = ++number->words;
  if (continues(words, at) && words[at].plain == "and") ++at;
  if (!continues(words, at)) return number;
  const auto rest = two_digits(words.subspan(at));
  if (!rest || rest->value == 0) return number;
  // "one hundred and two hundred" is two numbers
  const std::size_t next = at + rest->words;
  if (!continues(words, next) || words[next].plain != "hundred") {
    number->value += rest->value;
    number->words = next;
  }
  return number;
}

bool is_sign(char c) { return std::ispunct(static_cast<unsigned char>(c)) != 0; }

bool is_number(std::string_view word) { return index_in(small, word) || index_in(tens, word); }

/// "five" of "fifth"; empty for what is no ordinal.
std::string cardinal_of(std::string_view word) {
  const auto odd = std::ranges::find(odd_ordinals, word, [](const auto& pair) { return pair.first; });
  if (odd != odd_ordinals.end()) return std::string(odd->second);
  if (word.ends_with("ieth")) return std::string(word.substr(0, word.size() - "ieth"sv.size())) + "y";
  if (word.ends_with("th")) return std::string(word.substr(0, word.size() - "th"sv.size()));
  return "";
}

bool is_unit(std::string_view word) {
  const auto ordinal = cardinal_of(word);
  const auto digit = digit_of(ordinal.empty() ? word : std::string_view(ordinal));
  return digit && *digit > 0;
}

void add_word(std::string_view whole, std::vector<SpokenWord>& words) {
  std::size_t begin = 0;
  std::size_t end = whole.size();
  while (begin < end && is_sign(whole[begin])) ++begin;
  while (end > begin && is_sign(whole[end - 1])) --end;
  const std::string plain = lower(whole.substr(begin, end - begin));
  const std::string before(whole.substr(0, begin));
  const std::string after(whole.substr(end));
  const auto hyphen = plain.find('-');
  if (hyphen != std::string::npos && index_in(tens, plain.substr(0, hyphen)) && is_unit(plain.substr(hyphen + 1))) {
    const std::string_view first = whole.substr(0, begin + hyphen);
    words.push_back({first, plain.substr(0, hyphen), before, "", false});
    words.push_back({whole.substr(begin + hyphen + 1), plain.substr(hyphen + 1), "", after, true});
    return;
  }
  words.push_back({whole, plain, before, after, false});
}

}  // namespace

std::vector<SpokenWord> spoken_words(std::string_view text) {
  std::vector<SpokenWord> words;
  while (!(text = trimmed(text)).empty()) {
    const auto end = std::min(text.find_first_of(" \t\n"), text.size());
    add_word(text.substr(0, end), words);
    text.remove_prefix(end);
  }
  return words;
}

bool is_magnitude(std::string_view word) { return word == "hundred" || scale_of(word) != 0; }

bool is_number_word(std::string_view word) {
  if (is_number(word) || is_magnitude(word) || word == "trillion") return true;
  if (word.ends_with("ies")) return index_in(tens, std::string(word.substr(0, word.size() - 3)) + "y").has_value();
  return word.ends_with('s') && (is_magnitude(word.substr(0, word.size() - 1)) || word == "trillions");
}

std::size_t number_run(Words words) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < words.size() && (at == 0 || continues(words, at)); ++at) {
    const std::string_view word = words[at].plain;
    if (is_number_word(word)) {
      count = at + 1;
      continue;
    }
    // what may stand between two words of a number, or before the first
    const bool links = word == "point" || (word == "oh" && at > 0) || (at == 0 && is_article(words)) ||
                       (word == "and" && at > 0 && is_magnitude(words[at - 1].plain));
    if (!links) break;
  }
  return count;
}

bool is(Words words, std::size_t at, std::string_view text) { return at < words.size() && words[at].plain == text; }

bool are_joined(Words words, std::size_t count) {
  return count <= words.size() &&
         (count == 0 ||
          std::ranges::all_of(words.first(count - 1), [](const SpokenWord& word) { return word.after.empty(); }));
}

std::string_view word_after(Words words, std::size_t count) {
  return continues(words, count) ? std::string_view(words[count].plain) : ""sv;
}

std::string_view word_before(Words before) {
  if (before.empty()) return "";
  const SpokenWord& last = before.back();
  return last.after.empty() ? std::string_view(last.plain) : ""sv;
}

std::string SpokenNumber::text() const {
  return decimals.empty() ? fmt::to_string(value) : fmt::format("{}.{}", value, decimals);
}

std::optional<int> digit_of(std::string_view word) {
  if (word == "oh") return 0;
  const auto found = index_in(small, word);
  return found && *found < 10 ? std::optional(static_cast<int>(*found)) : std::nullopt;
}

std::optional<SpokenNumber> two_digits(Words words) {
  if (words.empty()) return std::nullopt;
  if (const auto number = index_in(small, words[0].plain)) return SpokenNumber{*number, "", 1};
  const auto ten = index_in(tens, words[0].plain);
  if (!ten) return std::nullopt;
  SpokenNumber number{(*ten + 2) * 10, "", 1};
  if (!continues(words, 1)) return number;
  if (const auto unit = index_in(small, words[1].plain); unit && *unit > 0 && *unit < 10) {
    number.value += *unit;
    number.words = 2;
  }
  return number;
}

std::optional<SpokenNumber> whole_number(Words words) {
  auto part = hundreds(words, true);
  if (!part) return std::nullopt;
  SpokenNumber number = *part;
  std::int64_t sum = 0;
  for (const auto& [name, scale] : scales) {
    if (!part || !continues(words, number.words) || words[number.words].plain != name) continue;
    sum += part->value * scale;
    part.reset();
    std::size_t at = ++number.words;
    if (continues(words, at) && words[at].plain == "and") ++at;
    if (continues(words, at)) part = hundreds(words.subspan(at));
    if (!part) continue;
    // "one thousand and two thousand" is two numbers
    const std::size_t next = at + part->words;
    if (continues(words, next) && scale_of(words[next].plain) >= scale) {
      part.reset();
    } else {
      number.words = next;
    }
  }
  number.value = sum + (part ? part->value : 0);
  return number;
}

std::optional<SpokenNumber> spoken_number(Words words) {
  auto number = whole_number(words);
  if (!number || !continues(words, number->words) || words[number->words].plain != "point") return number;
  std::string decimals;
  std::size_t at = number->words + 1;
  while (continues(words, at)) {
    const auto digit = digit_of(words[at].plain);
    if (!digit) break;
    decimals += static_cast<char>('0' + *digit);
    ++at;
  }
  if (decimals.empty()) return number;
  return SpokenNumber{number->value, std::move(decimals), at};
}

std::optional<SpokenNumber> spoken_ordinal(Words words) {
  // the number that it is when its last word is a cardinal
  for (std::size_t count = 1; count <= words.size(); ++count) {
    const std::string_view last = words[count - 1].plain;
    const std::string cardinal = cardinal_of(last);
    if (!cardinal.empty()) {
      std::vector<SpokenWord> as_cardinal(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
      as_cardinal.back().plain = cardinal;
      auto number = whole_number(as_cardinal);
      if (number && number->words == count) return number;
      return std::nullopt;
    }
    if (!is_number(last) && last != "hundred" && last != "thousand" && last != "and") return std::nullopt;
    if (!words[count - 1].after.empty()) return std::nullopt;
  }
  return std::nullopt;
}

bool are_round(Words words, const SpokenNumber& number) {
  const auto is_round = [](Words of, const SpokenNumber& one) { return one.words == 2 && is_magnitude(of[1].plain); };
  const Words rest = words.subspan(number.words);
  const auto other = spoken_number(rest);
  return is_round(words, number) && other && is_round(rest, *other) && other->words == number_run(rest);
}

std::size_t range_words(Words words, std::size_t run) {
  const std::string_view link = word_after(words, run);
  if (link != "or" && link != "to" && link != "and") return 0;
  if (!are_joined(words, run + 2)) return 0;
  const auto scaled = [](Words some) {
    return std::ranges::any_of(some, [](const SpokenWord& word) { return is_magnitude(word.plain); }) ||
           is(some, some.size() - 1, "trillion");
  };
  const Words other = words.subspan(run + 1);
  const std::size_t other_run = number_run(other);
  return other_run > 0 && !scaled(words.first(run)) && scaled(other.first(other_run)) ? run + 1 + other_run : 0;
}

}  // namespace slipway::speech
