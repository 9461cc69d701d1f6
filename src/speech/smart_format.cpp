#include "speech/smart_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "speech/spoken_number.hpp"
#include "speech/words.hpp"

namespace slipway::speech {

using namespace std::string_view_literals;

namespace {

/// What some words are to be written as: `text`, or as they were said.
struct Written {
  std::string text;
  std::size_t words = 0;
  bool as_said = false;
  bool drops_stop = false;  ///< a stop after the last word belongs to it: "p.m."
};

using Words = std::span<const SpokenWord>;

Written as_said(std::size_t words) { return {.text = "", .words = words, .as_said = true}; }

template <std::size_t N>
bool is_any(std::string_view word, const std::array<std::string_view, N>& known) {
  return std::ranges::find(known, word) != known.end();
}

constexpr std::array months{"january"sv, "february"sv, "march"sv,     "april"sv,   "may"sv,      "june"sv,
                            "july"sv,    "august"sv,   "september"sv, "october"sv, "november"sv, "december"sv};

/// Each digit is one more, or one less, than that before: "three four five people" counts.
bool counts(std::string_view digits) {
  const auto steps = [&](int step) {
    return std::ranges::adjacent_find(digits, [=](char a, char b) { return b - a != step; }) == digits.end();
  };
  return steps(1) || steps(-1);
}

std::optional<Written> digits(Words /*before*/, Words words) {
  constexpr std::size_t least = 3;
  constexpr std::size_t least_with_commas = 7;  // a telephone's; fewer may be counted or listed
  std::string text;
  std::size_t said_oh = 0;
  bool commas = false;
  while (text.size() < words.size()) {
    const SpokenWord& word = words[text.size()];
    const auto digit = digit_of(word.plain);
    if (!digit) break;
    commas |= !text.empty() && !words[text.size() - 1].after.empty();
    text += static_cast<char>('0' + *digit);
    said_oh += word.plain == "oh" ? 1 : 0;
    if (!word.after.empty() && word.after != ",") break;
  }
  const std::size_t count = text.size();
  const std::size_t wanted = commas || is(words, 0, "oh") ? least_with_commas : least;
  // "oh" is a cry too, "three oh five" a time, "five five five hundred" anything
  if (count < wanted || count < 2 + said_oh || counts(text) || is_number_word(word_after(words, count)))
    return std::nullopt;
  if (is(words, count - 1, "oh") && !word_after(words, count).empty()) return std::nullopt;
  if (count == 3 && said_oh > 0) return std::nullopt;
  return Written{text, count};
}

/// What may stand before a full hour with a bare "am", which is a verb elsewhere: "which one am I".
constexpr std::array before_hours{"at"sv,     "by"sv,    "until"sv, "till"sv,   "from"sv, "to"sv,
                                  "before"sv, "after"sv, "about"sv, "around"sv, "since"sv};

/// "three thirty pm", "three oh five a.m.", "three pm".
std::optional<Written> time_of_day(Words before, Words words) {
  const auto hour = whole_number(words.first(std::min<std::size_t>(words.size(), 1)));
  if (!hour || hour->value < 1 || hour->value > 12) return std::nullopt;
  std::size_t count = 1;
  std::string minutes;
  if (is(words, 1, "oh") && words.size() > 2) {
    const auto minute = digit_of(words[2].plain);
    if (!minute) return std::nullopt;
    minutes = fmt::format(":0{}", *minute);
    count = 3;
  } else if (const auto minute = two_digits(words.subspan(1)); minute && minute->value >= 10 && minute->value < 60) {
    minutes = fmt::format(":{}", minute->value);
    count += minute->words;
  }
  const std::string_view half = count < words.size() ? std::string_view(words[count].plain) : "";
  const bool spelled = (half == "a" || half == "p") && is(words, count + 1, "m");
  if (!spelled && half != "am" && half != "pm" && half != "a.m" && half != "p.m") return std::nullopt;
  const std::size_t said = count;
  count += spelled ? 2 : 1;
  if (!are_joined(words, count)) return std::nullopt;
  const bool bare = half == "am";
  const std::string_view follows = word_after(words, count);
  if (bare &&
      ((minutes.empty() && !is_any(word_before(before), before_hours)) || follows == "i" || follows.starts_with("i'")))
    return std::nullopt;
  Written written{fmt::format("{}{} {}", hour->value, minutes, half.front() == 'a' ? "AM" : "PM"), count};
  const std::string_view after = words[count - 1].after;
  if (spelled || !half.contains('.') || !after.starts_with('.')) return written;
  // the stop of "p.m." ends the text too, and no more where the sentence goes on; before a capital it may do either
  const bool ends = after == "." && count == words.size();
  const bool capital =
      after == "." && !ends && std::isupper(static_cast<unsigned char>(words[count].whole.front())) != 0;
  if (capital) return Written{fmt::format("{}{} {}", hour->value, minutes, words[said].plain), count};
  written.drops_stop = !ends;
  return written;
}

constexpr std::array before_years{"in"sv,   "since"sv,  "by"sv,     "year"sv, "during"sv, "early"sv,
                                  "late"sv, "spring"sv, "summer"sv, "fall"sv, "autumn"sv, "winter"sv};
/// A price or a time of the day is meant: "it costs nineteen ninety five", "at twenty oh five".
constexpr std::array before_others{"at"sv,   "for"sv,  "only"sv,   "just"sv,   "cost"sv,   "costs"sv, "pay"sv,
                                   "pays"sv, "paid"sv, "about"sv,  "charge"sv, "around"sv, "price"sv, "under"sv,
                                   "is"sv,   "was"sv,  "that's"sv, "it's"sv,   "total"sv};
/// What the number before counts, or a price is for; other things that are counted end with an "s".
constexpr std::array counted{"people"sv, "percent"sv, "per"sv,  "men"sv,    "women"sv,  "children"sv, "year"sv,
                             "month"sv,  "day"sv,     "hour"sv, "minute"sv, "dollar"sv, "euro"sv,     "pound"sv,
                             "a"sv,      "an"sv,      "each"sv, "plus"sv,   "or"sv,     "am"sv,       "pm"sv};
constexpr std::array not_counted{"was"sv, "is"sv, "has"sv, "as"sv, "this"sv, "his"sv, "its"sv};

/// "in", "in March", "on March twenty first".
bool is_before_year(Words before) {
  if (before.empty()) return false;
  if (is_any(word_before(before), before_years)) return true;
  const std::span ordinal = before.last(1);
  if (spoken_ordinal(ordinal)) {
    before = before.first(before.size() - 1);
    while (!before.empty() && is_number_word(before.back().plain)) before = before.first(before.size() - 1);
  }
  return !before.empty() && is_any(before.back().plain, months);
}

/// "nineteen eighty four", "twenty oh five", "in nineteen eighty": what may be two numbers, a price or a time is none.
std::optional<Written> year(Words before, Words words) {
  const std::size_t run = number_run(words);
  const auto century = two_digits(words.first(run));
  if (!century || century->words != 1 || century->value < 13 || century->value > 20 || run < 2) return std::nullopt;
  const std::string_view follows = word_after(words, run);
  if (is_any(word_before(before), before_others) || is_any(follows, counted) ||
      (follows.ends_with('s') && !is_any(follows, not_counted)))
    return std::nullopt;
  if (run == 3 && is(words, 1, "oh") && digit_of(words[2].plain).value_or(0) > 0)
    return Written{fmt::format("{}0{}", century->value, *digit_of(words[2].plain)), 3};
  const auto rest = two_digits(words.subspan(1, run - 1));
  if (!rest || rest->value < 10 || 1 + rest->words != run || rest->value == century->value + 1) return std::nullopt;
  const bool clear = century->value >= 19 && rest->words == 2;
  if (!clear && !is_before_year(before)) return std::nullopt;
  return Written{fmt::format("{}{}", century->value, rest->value), run};
}

struct Currency {
  std::string_view one;
  std::string_view many;
  std::string_view sign;
  std::array<std::string_view, 2> parts;
  bool weighs;  ///< a weight too, where nothing says that it is money
};
constexpr std::array currencies{Currency{"dollar", "dollars", "$", {"cents", "cent"}, false},
                                Currency{"euro", "euros", "€", {"cents", "cent"}, false},
                                Currency{"pound", "pounds", "£", {"pence", "p"}, true}};

const Currency* currency_of(std::string_view word) {
  const auto found =
      std::ranges::find_if(currencies, [&](const Currency& known) { return known.one == word || known.many == word; });
  return found == currencies.end() ? nullptr : &*found;
}

/// A number of `count` words, and what it is written as.
struct Figure {
  SpokenNumber number;
  std::string text;
  std::size_t count;
};

/// "twenty dollars and five cents", "five pounds sterling".
std::optional<Written> amount(Words words, const Figure& figure) {
  const Currency* currency = currency_of(word_after(words, figure.count));
  if (currency == nullptr) return std::nullopt;
  const std::string text = fmt::format("{}{}", currency->sign, figure.text);
  const std::size_t count = figure.count + 1;
  // "twenty one dollar bills"
  const auto value = figure.number.value;
  if (words[figure.count].plain == currency->one && value > 1 && value % 10 == 1) return as_said(count);
  const std::string_view follows = word_after(words, count);
  if (currency->weighs && follows == "sterling") return Written{text, count + 1};
  const std::size_t at = count + (follows == "and" ? 1 : 0);
  const std::size_t run =
      !follows.empty() && at < words.size() && are_joined(words, at + 1) ? number_run(words.subspan(at)) : 0;
  if (run > 0) {
    const auto cents = two_digits(words.subspan(at));
    const bool whole = figure.text == fmt::to_string(value) && cents && cents->words == run;
    if (whole && is_any(word_after(words, at + run), currency->parts))
      return Written{fmt::format("{}.{:02}", text, cents->value), at + run + 1};
    // "it costs one dollar fifty", but not "five dollars fifty times"
    if (whole && at == count && !currency->weighs && cents->value >= 10 && word_after(words, at + run).empty())
      return Written{fmt::format("{}.{}", text, cents->value), at + run};
    if (at == count) return as_said(at + run);
  }
  if (currency->weighs) return std::nullopt;
  return Written{text, count};
}

constexpr std::array measures{"times"sv,     "meters"sv, "metres"sv,    "kilometers"sv, "kilometres"sv, "miles"sv,
                              "feet"sv,      "inches"sv, "kilos"sv,     "kilograms"sv,  "grams"sv,      "liters"sv,
                              "litres"sv,    "hours"sv,  "minutes"sv,   "seconds"sv,    "days"sv,       "weeks"sv,
                              "months"sv,    "years"sv,  "degrees"sv,   "stars"sv,      "gigabytes"sv,  "megabytes"sv,
                              "terabytes"sv, "volts"sv,  "megahertz"sv, "gigahertz"sv};

/// "at one point two men came": with one digit on each side, what follows tells.
bool is_decimal(Words before, Words words, const Figure& figure) {
  if (figure.number.decimals.size() != 1 || figure.number.value == 0 || figure.number.value > 9) return true;
  const std::string_view follows = word_after(words, figure.count);
  if (follows.empty() || figure.count > figure.number.words || follows == "percent" || follows == "per" ||
      currency_of(follows) != nullptr)
    return true;
  return is_any(follows, measures) && word_before(before) != "at";
}

/// Whether the number is less, or more, than it seems; its words are then left as they are.
bool is_unclear(Words before, Words words, std::size_t run, const Figure& figure) {
  const std::string_view previous = word_before(before);
  // "oh eight hundred", "5 hundred", "half a million two hundred thousand", "five foot eleven"
  if (previous == "oh" || previous == "half" || previous == "foot" ||
      (!previous.empty() && std::isdigit(static_cast<unsigned char>(previous.back())) != 0))
    return true;
  const std::size_t said = figure.number.words;
  const bool has_and =
      std::ranges::any_of(words.first(said), [](const SpokenWord& word) { return word.plain == "and"; });
  // "a hundred years", "I told you a hundred one day"
  if (is(words, 0, "a") && (said == 2 || (!has_and && is(words, said - 1, "one")))) return true;
  const std::string_view follows = word_after(words, figure.count);
  if (figure.count < run) return follows != "and" && !are_round(words, figure.number);
  // "between one hundred and two thousand"
  if (has_and && previous == "between" && follows != "and") return true;
  // "twenty and a half", "ten second delay"
  if (follows == "and" && is(words, run + 1, "a") && (is(words, run + 2, "half") || is(words, run + 2, "quarter")))
    return true;
  return (!follows.empty() && spoken_ordinal(words.subspan(run, 1))) || !is_decimal(before, words, figure);
}

std::optional<Written> quantity(Words before, Words words) {
  constexpr std::int64_t least_alone = 10;  // "one of them" is no figure
  const std::size_t run = number_run(words);
  if (run == 0) return std::nullopt;
  if (const auto range = range_words(words, run)) return as_said(range);
  const auto number = spoken_number(words.first(run));
  if (!number) return as_said(run);
  Figure figure{*number, number->text(), number->words};
  // "two point five million"
  if (!number->decimals.empty() && run == figure.count + 1 && !digit_of(words[figure.count].plain)) {
    const std::string_view scale = words[figure.count].plain;
    if (scale == "trillion" || (is_magnitude(scale) && scale != "hundred")) {
      figure.text += fmt::format(" {}", scale);
      ++figure.count;
    }
  }
  if (is_unclear(before, words, run, figure)) return as_said(run);
  const std::string_view follows = word_after(words, figure.count);
  if (auto money = amount(words, figure)) return money;
  if (follows == "percent") return Written{figure.text + "%", figure.count + 1};
  if (follows == "per" && is(words, figure.count + 1, "cent") && are_joined(words, figure.count + 2))
    return Written{figure.text + "%", figure.count + 2};
  if (figure.count == 1 && number->value < least_alone) return std::nullopt;
  return Written{figure.text, figure.count};
}

std::optional<Written> ordinal(Words before, Words words) {
  const auto number = spoken_ordinal(words);
  if (!number || number->value < 10 || !are_joined(words, number->words)) return std::nullopt;
  const std::size_t count = number->words;
  const std::string_view previous = word_before(before);
  const bool of = word_after(words, count) == "of" && count + 1 < words.size();
  // "a thirty second timeout"
  const bool date = is_any(previous, months) || (of && is_any(words[count + 1].plain, months));
  if (is(words, count - 1, "second") && !date) return as_said(count);
  // "one tenth of a second", "one hundredth"
  const bool part = (count == 1 && (previous == "a" || is_number_word(previous))) ||
                    (is(words, 0, "one") && previous != "the") || (of && is(words, count + 1, "a"));
  if (part) return as_said(count);
  const auto tens = number->value / 10 % 10;
  const auto units = number->value % 10;
  constexpr std::array endings{"th"sv, "st"sv, "nd"sv, "rd"sv};
  const auto ending = tens != 1 && units < 4 ? endings.at(static_cast<std::size_t>(units)) : endings.front();
  return Written{fmt::format("{}{}", number->value, ending), count};
}

constexpr std::array domains{"com"sv, "org"sv, "net"sv, "edu"sv, "gov"sv, "io"sv, "info"sv, "eu"sv,
                             "uk"sv,  "de"sv,  "fr"sv,  "es"sv,  "pt"sv,  "br"sv, "nl"sv,   "us"sv};
/// What begins no address, nor goes before the name of one.
constexpr std::array articles{"the"sv,  "a"sv,    "an"sv,    "this"sv,  "that"sv,  "every"sv, "our"sv, "your"sv,
                              "my"sv,   "his"sv,  "her"sv,   "its"sv,   "their"sv, "of"sv,    "and"sv, "dot"sv,
                              "many"sv, "some"sv, "these"sv, "those"sv, "first"sv, "at"sv,    "in"sv,  "early"sv,
                              "late"sv, "old"sv,  "new"sv,   "any"sv,   "no"sv};
/// "the old dot com companies"
constexpr std::array dot_com_things{"bubble"sv,    "boom"sv,    "era"sv,       "crash"sv,      "company"sv,
                                    "companies"sv, "startup"sv, "startups"sv,  "business"sv,   "businesses"sv,
                                    "framework"sv, "bust"sv,    "developer"sv, "developers"sv, "days"sv,
                                    "years"sv,     "world"sv,   "craze"sv,     "mania"sv,      "stocks"sv};
/// What stands before an "at" that is none of an address: "mail me at acme dot com".
constexpr std::array no_names{
    "me"sv,   "you"sv,   "him"sv,         "her"sv,     "it"sv,      "us"sv,       "them"sv,     "is"sv,     "are"sv,
    "was"sv,  "be"sv,    "am"sv,          "look"sv,    "looking"sv, "meet"sv,     "work"sv,     "works"sv,  "page"sv,
    "site"sv, "and"sv,   "website"sv,     "address"sv, "mail"sv,    "email"sv,    "e-mail"sv,   "online"sv, "form"sv,
    "here"sv, "today"sv, "information"sv, "someone"sv, "anyone"sv,  "everyone"sv, "somebody"sv, "people"sv};
constexpr std::array mail_words{"mail"sv, "email"sv, "e-mail"sv, "address"sv};

/// Whether mail was spoken of a few words before, in the same sentence.
bool is_about_mail(Words before) {
  constexpr std::size_t few = 4;
  for (std::size_t back = 1; back <= std::min(few, before.size()); ++back) {
    const std::size_t at = before.size() - back;
    if (before[at].after.find_first_of(".?!;") != std::string::npos) return false;
    if (is_any(before[at].plain, mail_words)) return true;
    if (before[at].plain == "to" && at > 0 && before[at - 1].plain == "write") return true;
  }
  return false;
}

/// "acme dot com": the words of it, 0 where it is none.
std::size_t domain_words(Words words) {
  if (words.empty() || is_any(words[0].plain, articles)) return 0;
  std::size_t count = 1;
  while (is(words, count, "dot") && count + 1 < words.size() && are_joined(words, count + 2)) count += 2;
  const bool known = count > 1 && is_any(words[count - 1].plain, domains);
  return known && !is_any(word_after(words, count), dot_com_things) ? count : 0;
}

std::string spelled(Words words) {
  std::string text;
  for (const SpokenWord& word : words)
    text += word.plain == "dot" ? "." : word.plain == "at" ? "@" : std::string_view(word.plain);
  return text;
}

std::optional<Written> address(Words before, Words words) {
  if (words.size() < 3) return std::nullopt;
  if (const auto domain = domain_words(words)) return Written{spelled(words.first(domain)), domain};
  std::size_t name = 1;
  while (is(words, name, "dot") && name + 1 < words.size()) name += 2;
  if (!is(words, name, "at") || !are_joined(words, name + 1) || is_any(words[0].plain, articles) ||
      is_any(words[name - 1].plain, no_names) || is_number_word(words[name - 1].plain))
    return std::nullopt;
  // "shoes at amazon dot com" are no mail's
  if (name == 1 && (!is_about_mail(before) || is_any(word_before(before), articles))) return std::nullopt;
  const auto domain = domain_words(words.subspan(name + 1));
  if (domain == 0) return std::nullopt;
  const std::size_t count = name + 1 + domain;
  return Written{spelled(words.first(count)), count};
}

}  // namespace

std::string smart_format(std::string_view text) {
  const std::vector<SpokenWord> all = spoken_words(text);
  std::string formatted;
  for (std::size_t at = 0; at < all.size();) {
    const Words before = Words(all).first(at);
    const Words rest = Words(all).subspan(at);
    Written written = as_said(1);
    for (const auto rule : {address, time_of_day, year, digits, ordinal, quantity}) {
      if (auto found = rule(before, rest)) {
        written = *std::move(found);
        break;
      }
    }
    const Words said = rest.first(written.words);
    for (const SpokenWord& word : written.as_said ? said : said.first(1)) {
      if (&word != all.data()) formatted += word.hyphened ? '-' : ' ';
      if (written.as_said) formatted += word.whole;
    }
    if (!written.as_said) {
      const std::string_view after = said.back().after;
      formatted += said.front().before + written.text;
      formatted += written.drops_stop ? after.substr(1) : after;
    }
    at += written.words;
  }
  return formatted;
}

}  // namespace slipway::speech
