#include "protocol/non_finite.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace slipway::protocol {

namespace {

constexpr std::string_view nan_word = "NaN";
constexpr std::array<std::string_view, 2> infinity_words{"Infinity",
                                                         "Inf"};  // the longer first: it begins as the other

/// The length of the word at the beginning of `text`, without a sign; 0 where there is none.
std::size_t word_length(std::string_view text) {
  if (text.starts_with(nan_word)) return nan_word.size();
  for (const std::string_view word : infinity_words) {
    if (text.starts_with(word)) return word.size();
  }
  return 0;
}

}  // namespace

std::optional<double> non_finite(std::string_view token) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::size_t length = token.find_last_not_of(" \t\r\n") + 1;
  token = token.substr(0, length);
  if (token == nan_word) return std::numeric_limits<double>::quiet_NaN();
  const bool negative = token.starts_with('-');
  if (negative) token.remove_prefix(1);
  for (const std::string_view word : infinity_words) {
    if (token == word) return negative ? -infinity : infinity;
  }
  return std::nullopt;
}

std::string_view word_of(double number) {
  if (std::isnan(number)) return nan_word;
  return number < 0 ? "-Infinity" : "Infinity";
}

std::string without_non_finite(std::string_view text) {
  std::string out(text);
  bool in_string = false;
  for (std::size_t at = 0; at < out.size(); ++at) {
    if (out[at] == '"') in_string = !in_string;
    if (in_string) {
      if (out[at] == '\\') ++at;
      continue;
    }
    if (const std::size_t length = word_length(text.substr(at)); length > 0)
      out.replace(at, length, "0" + std::string(length - 1, ' '));
  }
  return out;
}

}  // namespace slipway::protocol
