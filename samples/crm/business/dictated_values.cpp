#include "business/dictated_values.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "business/spoken_numbers.hpp"
#include "business/text.hpp"

namespace crm {
namespace {

using Meaning = std::pair<std::string_view, std::string_view>;

constexpr std::array<Meaning, 16> email_marks = {{{"at", "@"},
                                                  {"arroba", "@"},
                                                  {"dot", "."},
                                                  {"point", "."},
                                                  {"period", "."},
                                                  {"ponto", "."},
                                                  {"underscore", "_"},
                                                  {"underline", "_"},
                                                  {"sublinhado", "_"},
                                                  {"dash", "-"},
                                                  {"hyphen", "-"},
                                                  {"minus", "-"},
                                                  {"traco", "-"},
                                                  {"hifen", "-"},
                                                  {"plus", "+"},
                                                  {"mais", "+"}}};

std::string_view email_mark(std::string_view folded) {
  const auto found = std::ranges::find(email_marks, folded, &Meaning::first);
  return found == email_marks.end() ? std::string_view() : found->second;
}

bool is_particle(std::string_view folded) {
  constexpr std::array<std::string_view, 16> words = {"de",  "da",  "do",  "das", "dos", "e",  "of",  "and",
                                                      "the", "von", "van", "der", "di",  "la", "for", "para"};
  return std::ranges::find(words, folded) != words.end();
}

bool is_letter(const Word& word) { return word.core.size() == 1 && word.folded[0] >= 'a' && word.folded[0] <= 'z'; }

/// The first letter large. What begins with an accent is left as it was written, but for the letters of Latin-1.
std::string capitalized(std::string text) {
  if (text.empty()) return text;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first >= 'a' && first <= 'z') {
    text[0] = static_cast<char>(first - 'a' + 'A');
  } else if (first == 0xC3U && text.size() > 1 && static_cast<unsigned char>(text[1]) >= 0xA0U) {
    text[1] = static_cast<char>(static_cast<unsigned char>(text[1]) - 0x20U);  // "é" to "É"
  }
  return text;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::string_view currency_word(std::string_view folded) {
  constexpr std::array<Meaning, 22> words = {
      {{"dollar", "USD"}, {"dollars", "USD"}, {"dolares", "USD"}, {"euro", "EUR"},   {"euros", "EUR"},
       {"real", "BRL"},   {"reais", "BRL"},   {"pound", "GBP"},   {"pounds", "GBP"}, {"libras", "GBP"},
       {"krona", "SEK"},  {"kronor", "SEK"},  {"coroas", "SEK"},  {"usd", "USD"},    {"eur", "EUR"},
       {"brl", "BRL"},    {"gbp", "GBP"},     {"sek", "SEK"},     {"nok", "NOK"},    {"dkk", "DKK"},
       {"chf", "CHF"},    {"jpy", "JPY"}}};
  const auto found = std::ranges::find(words, folded, &Meaning::first);
  return found == words.end() ? std::string_view() : found->second;
}

std::string_view currency_sign(std::string_view& text) {
  constexpr std::array<Meaning, 4> signs = {{{"r$", "BRL"}, {"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}}};
  for (const auto& [sign, name] : signs) {
    if (text.starts_with(sign)) {
      text.remove_prefix(sign.size());
      return name;
    }
    if (text.ends_with(sign)) {
      text.remove_suffix(sign.size());
      return name;
    }
  }
  return {};
}

bool is_minus(std::string_view folded) {
  return folded == "minus" || folded == "negative" || folded == "menos" || folded == "negativo";
}

Read<Money> negated(Read<Money> money, std::size_t words_before) {
  if (money.used == 0) return money;
  money.value.cents = -money.value.cents;
  money.used += words_before;
  return money;
}

/// "12,500.50", "12.500,50", "12 500": the last mark with two digits after it divides the cents.
std::optional<std::int64_t> written_cents(std::string_view text) {
  std::int64_t number = 0;
  std::size_t digits = 0;
  const auto last = text.find_last_of(".,");
  const bool has_cents = last != std::string_view::npos && text.size() - last == 3;
  for (const char c : text) {
    if (c == '.' || c == ',') continue;
    if (c < '0' || c > '9' || ++digits > 14) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  if (digits == 0) return std::nullopt;
  return has_cents ? number : number * 100;
}

Read<Money> read_amount(Words words, std::string_view language) {
  Money money;
  std::size_t used = 0;
  std::string_view core = words[0].folded;
  money.currency = currency_sign(core);
  if (const auto code = currency_word(core); !code.empty()) {
    money.currency = code;
    core = {};
  }
  if (core.empty()) {  // "R$ 500", "SEK 500"
    auto apart = read_money(words.subspan(1), language);
    if (apart.value.currency.empty()) apart.value.currency = money.currency;
    if (apart.used > 0) ++apart.used;
    return apart;
  }
  if (const auto cents = written_cents(core);
      cents && (core.find_first_of(".,") != std::string_view::npos || !money.currency.empty())) {
    money.cents = *cents;
    used = 1;
  } else {
    const auto number = read_number(words, language);
    if (number.used == 0) return {};
    money.cents = number.value * 100;
    used = number.used;
  }
  if (used < words.size() && words[used].folded == "de") ++used;  // "um milhão de reais"
  if (used == words.size() || words[used - 1].breaks) return {money, used};
  const auto currency = currency_word(words[used].folded);
  if (currency.empty()) return {money, used};
  money.currency = currency;
  ++used;
  const bool joined = used < words.size() && joins_numbers(words[used].folded, language);
  const auto rest = words.subspan(used + (joined ? 1 : 0));
  const auto cents = read_number(rest, language);
  if (cents.used > 0 && cents.value < 100 && cents.used < rest.size() && rest[cents.used].folded.starts_with("cent")) {
    money.cents += cents.value;
    used += cents.used + 1 + (joined ? 1 : 0);
  }
  return {money, used};
}

}  // namespace

Read<std::string> read_email(Words words, std::string_view language) {
  std::string address;
  bool domain = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& folded = words[i].folded;
    auto mark = email_mark(folded);
    if (mark == "@" && i + 1 < words.size() && words[i + 1].folded == "sign") continue;  // "at sign"
    if (folded == "sign" && i > 0 && words[i - 1].folded == "at") mark = "@";
    if (mark == "@" && domain) break;
    if (!mark.empty()) {
      address += mark;
    } else if (const auto number = number_word(folded, language)) {
      address += std::to_string(*number);
    } else {
      address += folded;
    }
    domain = domain || address.find('@') != std::string::npos;
    if (!looks_like_email(address)) continue;
    // After the first dot of the domain every dot takes one more word, and another word ends the address.
    const auto next = i + 1 < words.size() ? email_mark(words[i + 1].folded) : std::string_view();
    if (next != "." && next != "-") return {std::move(address), i + 1};
  }
  return {};
}

std::string read_name(Words words) {
  const bool small = std::ranges::none_of(words, [](const Word& word) {
    return std::ranges::any_of(word.core, [](char c) { return c >= 'A' && c <= 'Z'; });
  });
  std::vector<Word> made;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto word = words[i];
    if (is_letter(word) && i + 1 < words.size() && is_letter(words[i + 1])) {
      std::string letters;
      for (; i < words.size() && is_letter(words[i]); ++i) letters += upper(words[i].core);
      word = words[--i];
      word.raw = std::move(letters);
    } else if (small && (i == 0 || !is_particle(word.folded))) {
      word.raw = capitalized(word.raw);
    }
    made.push_back(std::move(word));
  }
  return written(made);
}

std::string read_sentence(Words words) { return capitalized(written(words)); }

Read<Money> read_money(Words words, std::string_view language) {
  if (words.empty()) return {};
  if (is_minus(words[0].folded)) return negated(read_money(words.subspan(1), language), 1);
  if (words[0].raw.starts_with('-')) return negated(read_amount(words, language), 0);
  return read_amount(words, language);
}

}  // namespace crm
