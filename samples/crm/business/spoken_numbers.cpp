#include "business/spoken_numbers.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "business/text.hpp"

namespace crm {
namespace {

using Table = std::map<std::string_view, int>;

const Table& numbers_of(std::string_view language) {
  static const Table english = {{"zero", 0},     {"one", 1},      {"two", 2},        {"three", 3},     {"four", 4},
                                {"five", 5},     {"six", 6},      {"seven", 7},      {"eight", 8},     {"nine", 9},
                                {"ten", 10},     {"eleven", 11},  {"twelve", 12},    {"thirteen", 13}, {"fourteen", 14},
                                {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
                                {"twenty", 20},  {"thirty", 30},  {"forty", 40},     {"fourty", 40},   {"fifty", 50},
                                {"sixty", 60},   {"seventy", 70}, {"eighty", 80},    {"ninety", 90}};
  static const Table portuguese = {
      {"zero", 0},           {"um", 1},           {"uma", 1},          {"dois", 2},         {"duas", 2},
      {"tres", 3},           {"quatro", 4},       {"cinco", 5},        {"seis", 6},         {"sete", 7},
      {"oito", 8},           {"nove", 9},         {"dez", 10},         {"onze", 11},        {"doze", 12},
      {"treze", 13},         {"catorze", 14},     {"quatorze", 14},    {"quinze", 15},      {"dezesseis", 16},
      {"dezasseis", 16},     {"dezessete", 17},   {"dezassete", 17},   {"dezoito", 18},     {"dezenove", 19},
      {"dezanove", 19},      {"vinte", 20},       {"trinta", 30},      {"quarenta", 40},    {"cinquenta", 50},
      {"sessenta", 60},      {"setenta", 70},     {"oitenta", 80},     {"noventa", 90},     {"cem", 100},
      {"cento", 100},        {"duzentos", 200},   {"duzentas", 200},   {"trezentos", 300},  {"trezentas", 300},
      {"quatrocentos", 400}, {"quinhentos", 500}, {"seiscentos", 600}, {"setecentos", 700}, {"oitocentos", 800},
      {"novecentos", 900}};
  return language == "pt" ? portuguese : english;
}

/// Words that stand for a digit in a telephone number alone, among them those that recognisers write for like sounds.
std::optional<int> digit_word(std::string_view folded, std::string_view language, bool within) {
  if (language == "pt") return folded == "meia" ? std::optional(6) : std::nullopt;
  static const Table english = {{"oh", 0}, {"o", 0}, {"to", 2}, {"too", 2}, {"for", 4}, {"ate", 8}};
  const auto found = english.find(folded);
  if (found == english.end() || (found->second != 0 && !within)) return std::nullopt;
  return found->second;
}

int times_word(std::string_view folded) {
  if (folded == "double" || folded == "duplo" || folded == "dobrado") return 2;
  return folded == "triple" || folded == "triplo" ? 3 : 0;
}

bool passed_over(std::string_view folded) {
  constexpr std::array<std::string_view, 16> words = {"dash", "hyphen", "minus",   "traco",  "hifen", "space",
                                                      "area", "code",   "country", "codigo", "ddd",   "parentheses",
                                                      "dot",  "ponto",  "espaco",  "pausa"};
  return std::ranges::find(words, folded) != words.end();
}

bool is_extension(std::string_view folded) { return folded == "ext" || folded == "extension" || folded == "ramal"; }

/// "(11)5555-1234" and the like: digits with what is written between them.
std::optional<std::string> digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (std::string_view("+-().,/").find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  if (digits.empty()) return std::nullopt;
  return digits;
}

class PhoneReader {
 public:
  PhoneReader(Words words, std::string_view language) : words_(words), language_(language) {}

  Read<std::string> read() {
    while (at_ < words_.size() && step()) {
    }
    return count_ < 3 ? Read<std::string>{} : Read<std::string>{phone_, used_};
  }

 private:
  bool step() {
    const auto& folded = words_[at_].folded;
    if (phone_.empty() && (folded == "plus" || folded == "mais")) {
      phone_ = "+";
      ++at_;
    } else if (const auto written = digits_of(words_[at_].core)) {
      if (phone_.empty() && words_[at_].core.starts_with('+')) phone_ = "+";
      take(*written, 1);
    } else if (const int times = times_word(folded); times > 0 && at_ + 1 < words_.size()) {
      const auto digit = single(words_[at_ + 1]);
      if (!digit) return false;
      take(std::string(static_cast<std::size_t>(times), *digit), 2);
    } else if (const auto number = number_word(folded, language_)) {
      take_number(*number);
    } else if (const auto odd = digit_word(folded, language_, count_ > 0)) {
      take(std::to_string(*odd), 1);
    } else if (folded == "hundred" && count_ > 0) {
      take("00", 1);
    } else if (folded == "thousand" && count_ > 0) {
      take("000", 1);
    } else if (is_extension(folded) && count_ >= 3 && at_ + 1 < words_.size() && single(words_[at_ + 1])) {
      phone_ += " ext. ";
      ++at_;
    } else if (passed_over(folded) || (joins_numbers(folded, language_) && count_ > 0)) {
      ++at_;
    } else {
      return false;
    }
    return true;
  }

  std::optional<char> single(const Word& word) {
    if (word.core.size() == 1 && word.core[0] >= '0' && word.core[0] <= '9') return word.core[0];
    auto number = number_word(word.folded, language_);
    if (!number) number = digit_word(word.folded, language_, true);
    if (!number || *number > 9) return std::nullopt;
    return static_cast<char>('0' + *number);
  }

  /// "fifty five" is 55, "cinquenta e cinco" too; what is not followed by a digit stands alone.
  void take_number(int number) {
    std::size_t taken = 1;
    if (number >= 20 && number < 100) {
      std::size_t next = at_ + 1;
      if (language_ == "pt" && next < words_.size() && words_[next].folded == "e") ++next;
      const bool joined = language_ != "pt" || next == at_ + 2;
      const auto unit = joined && next < words_.size() ? number_word(words_[next].folded, language_) : std::nullopt;
      if (unit && *unit >= 1 && *unit <= 9) {
        number += *unit;
        taken = next + 1 - at_;
      }
    }
    take(std::to_string(number), taken);
  }

  void take(const std::string& digits, std::size_t taken) {
    phone_ += digits;
    count_ += digits.size();
    at_ += taken;
    used_ = at_;
  }

  Words words_;
  std::string_view language_;
  std::string phone_;
  std::size_t count_ = 0;  ///< digits
  std::size_t at_ = 0;
  std::size_t used_ = 0;  ///< words up to the last digit
};

std::int64_t scale_word(std::string_view folded) {
  if (folded == "thousand" || folded == "mil") return 1000;
  if (folded == "million" || folded == "millions" || folded == "milhao" || folded == "milhoes") return 1'000'000;
  return 0;
}

std::optional<std::int64_t> plain_digits(std::string_view text) {
  if (text.size() > 12 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return whole_number(text);
}

}  // namespace

std::optional<int> number_word(std::string_view folded, std::string_view language) {
  const auto& table = numbers_of(language);
  if (const auto found = table.find(folded); found != table.end()) return found->second;
  const auto dash = folded.find('-');
  if (dash == std::string_view::npos) return std::nullopt;  // "twenty-five"
  const auto tens = table.find(folded.substr(0, dash));
  const auto unit = table.find(folded.substr(dash + 1));
  if (tens == table.end() || unit == table.end() || tens->second < 20 || unit->second > 9) return std::nullopt;
  return tens->second + unit->second;
}

bool joins_numbers(std::string_view folded, std::string_view language) {
  return folded == (language == "pt" ? "e" : "and");
}

Read<std::string> read_phone(Words words, std::string_view language) { return PhoneReader(words, language).read(); }

Read<std::int64_t> read_number(Words words, std::string_view language) {
  std::int64_t total = 0;
  std::int64_t current = 0;
  std::size_t used = 0;
  constexpr std::int64_t number_max = 1'000'000'000'000;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& folded = words[i].folded;
    if (const auto digits = plain_digits(words[i].core)) {
      current += *digits;
    } else if (const auto number = number_word(folded, language)) {
      current += *number;
    } else if (folded == "hundred") {
      current = std::max<std::int64_t>(current, 1) * 100;
    } else if (const auto scale = scale_word(folded); scale > 0) {
      total += std::max<std::int64_t>(current, 1) * scale;
      current = 0;
    } else if (used > 0 && joins_numbers(folded, language)) {
      continue;
    } else {
      break;
    }
    if (total + current >= number_max) return {};
    used = i + 1;
    if (words[i].breaks) break;
  }
  return {total + current, used};
}

}  // namespace crm
