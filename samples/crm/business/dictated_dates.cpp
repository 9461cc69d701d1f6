#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "business/dictated_values.hpp"
#include "business/spoken_numbers.hpp"
#include "business/text.hpp"

namespace crm {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<std::pair<std::string_view, unsigned>, 14> weekday_names = {{{"sunday", 0},
                                                                                  {"monday", 1},
                                                                                  {"tuesday", 2},
                                                                                  {"wednesday", 3},
                                                                                  {"thursday", 4},
                                                                                  {"friday", 5},
                                                                                  {"saturday", 6},
                                                                                  {"domingo", 0},
                                                                                  {"segunda", 1},
                                                                                  {"terca", 2},
                                                                                  {"quarta", 3},
                                                                                  {"quinta", 4},
                                                                                  {"sexta", 5},
                                                                                  {"sabado", 6}}};

constexpr std::array<std::string_view, 12> english_months = {"january",   "february", "march",    "april",
                                                             "may",       "june",     "july",     "august",
                                                             "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 12> portuguese_months = {"janeiro",  "fevereiro", "marco",    "abril",
                                                                "maio",     "junho",     "julho",    "agosto",
                                                                "setembro", "outubro",   "novembro", "dezembro"};

constexpr std::array<std::string_view, 20> ordinal_words = {
    "first",     "second",    "third",       "fourth",     "fifth",      "sixth",      "seventh",
    "eighth",    "ninth",     "tenth",       "eleventh",   "twelfth",    "thirteenth", "fourteenth",
    "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"};

std::string to_date(sys_days day) { return to_text(day).substr(0, 10); }

std::optional<unsigned> weekday(std::string_view folded) {
  if (const auto dash = folded.find("-feira"); dash != std::string_view::npos) folded = folded.substr(0, dash);
  for (const auto& [name, number] : weekday_names) {
    if (folded == name) return number;
  }
  return std::nullopt;
}

std::optional<unsigned> month(std::string_view folded) {
  for (unsigned i = 0; i < english_months.size(); ++i) {
    if (folded == english_months[i] || folded == portuguese_months[i]) return i + 1;
  }
  return std::nullopt;
}

std::optional<unsigned> ordinal(std::string_view folded) {
  for (unsigned i = 0; i < ordinal_words.size(); ++i) {
    if (folded == ordinal_words[i]) return i + 1;
  }
  if (folded == "primeiro") return 1;
  return std::nullopt;
}

/// A day of a month: "31", "31st", "thirty first", "thirty-first", "twenty five", "trinta e um".
Read<unsigned> day_of_month(Words words, std::string_view language) {
  if (words.empty()) return {};
  auto folded = std::string_view(words[0].folded);
  if (const auto ordered = ordinal(folded)) return {*ordered, 1};
  for (const std::string_view ending : {"st", "nd", "rd", "th"}) {
    if (folded.size() > 2 && folded.size() < 5 && folded.ends_with(ending) && folded[0] <= '9') {
      folded.remove_suffix(2);
      const auto day = whole_number(folded);
      if (!day || *day < 1 || *day > 31) return {};
      return {static_cast<unsigned>(*day), 1};
    }
  }
  if (const auto dash = folded.find('-'); dash != std::string_view::npos) {
    const auto tens = number_word(folded.substr(0, dash), language);
    const auto unit = ordinal(folded.substr(dash + 1));
    if (tens && unit) return {static_cast<unsigned>(*tens) + *unit, 1};
  }
  if (folded == "twenty" || folded == "thirty") {
    const auto unit = words.size() > 1 ? ordinal(words[1].folded) : std::nullopt;
    if (unit && *unit < 10) return {(folded == "twenty" ? 20U : 30U) + *unit, 2};
  }
  if (folded == "thirtieth") return {30, 1};
  auto number = read_number(words.first(1), language);
  if (number.value == 20 || number.value == 30) {  // twenty five, trinta e um
    const std::size_t joint = words.size() > 1 && joins_numbers(words[1].folded, language) ? 2 : 1;
    const auto unit = joint < words.size() ? number_word(words[joint].folded, language) : std::nullopt;
    if (unit && *unit >= 1 && *unit <= 9) number = {number.value + *unit, joint + 1};
  }
  if (number.used == 0 || number.value < 1 || number.value > 31) return {};
  return {static_cast<unsigned>(number.value), number.used};
}

/// "2027", "two thousand twenty seven", "twenty twenty-seven".
Read<std::int64_t> read_year(Words words, std::string_view language) {
  auto year = read_number(words, language);
  if (year.used > 1 && words[0].folded == "twenty") year.value += 2000 - 20;
  return year;
}

Read<std::string> with_year(Words words, std::string_view language, unsigned month_number, Read<unsigned> day,
                            Instant today) {
  auto used = day.used;
  std::size_t skip = used < words.size() && (words[used].folded == "de" || words[used].folded == "of") ? 1 : 0;
  const auto said = used + skip < words.size() ? read_year(words.subspan(used + skip), language) : Read<std::int64_t>{};
  const auto now = std::chrono::floor<days>(today);
  auto year = year_month_day(now).year();
  const bool has_year = said.used > 0 && said.value >= 2000 && said.value < 2200;
  if (has_year) {
    year = std::chrono::year(static_cast<int>(said.value));
    used += skip + said.used;
  }
  year_month_day date(year, std::chrono::month(month_number), std::chrono::day(day.value));
  // The next one; the 29th of February may be years away, and the 30th never comes.
  constexpr std::chrono::years leap_max{8};
  while (!has_year && (!date.ok() || sys_days(date) < now) && date.year() < year + leap_max) {
    date += std::chrono::years(1);
  }
  if (!date.ok()) return {};
  return {to_date(date), used};
}

/// "2027-01-31", and in Portuguese "31/01/2027".
std::optional<std::string> written_date(std::string_view core, std::string_view language) {
  std::string date(core);
  if (language == "pt" && core.size() == 10 && core[2] == '/' && core[5] == '/') {
    date = fmt::format("{}-{}-{}", core.substr(6), core.substr(3, 2), core.substr(0, 2));
  }
  if (!read_day(date)) return std::nullopt;
  return date;
}

/// "in two weeks", "em dez dias".
Read<std::string> read_distance(Words words, std::string_view language, Instant today) {
  if (words.size() < 3 || (words[0].folded != "in" && words[0].folded != "em")) return {};
  auto count = read_number(words.subspan(1), language);
  if (count.used == 0 && (words[1].folded == "a" || words[1].folded == "one")) count = {1, 1};
  if (count.used == 0 || count.value > 1000 || count.used + 1 >= words.size()) return {};
  const auto& unit = words[count.used + 1].folded;
  const bool weeks = unit == "week" || unit == "weeks" || unit == "semana" || unit == "semanas";
  if (!weeks && unit != "day" && unit != "days" && unit != "dia" && unit != "dias") return {};
  return {to_date(std::chrono::floor<days>(today) + days(count.value * (weeks ? 7 : 1))), count.used + 2};
}

Read<std::string> read_plain(Words words, std::string_view language, Instant today) {
  const auto now = std::chrono::floor<days>(today);
  const auto& folded = words[0].folded;
  if (auto date = written_date(words[0].core, language)) return {std::move(*date), 1};
  if (folded == "today" || folded == "hoje") return {to_date(now), 1};
  if (folded == "tomorrow" || folded == "amanha") return {to_date(now + days(1)), 1};
  if (const auto wanted = weekday(folded)) {
    const auto ahead = (*wanted + 7 - std::chrono::weekday(now).c_encoding()) % 7;
    const std::size_t feira = words.size() > 1 && words[1].folded == "feira" ? 1 : 0;
    return {to_date(now + days(ahead == 0 ? 7 : ahead)), 1 + feira};
  }
  if (auto distance = read_distance(words, language, today); distance.used > 0) return distance;
  if (const auto named = month(folded)) {  // January 31 2027
    auto day = day_of_month(words.subspan(1), language);
    if (day.used == 0) return {};
    ++day.used;
    return with_year(words, language, *named, day, today);
  }
  auto day = day_of_month(words, language);  // 31 (de) January
  if (day.used == 0) return {};
  if (day.used < words.size() && (words[day.used].folded == "de" || words[day.used].folded == "of")) ++day.used;
  if (day.used >= words.size()) return {};
  const auto named = month(words[day.used].folded);
  if (!named) return {};
  ++day.used;
  return with_year(words, language, *named, day, today);
}

bool leads_in(std::string_view folded) {
  constexpr std::array<std::string_view, 12> words = {"on", "by",  "the",     "next",    "this", "no",
                                                      "na", "dia", "proxima", "proximo", "ate",  "para"};
  for (const auto word : words) {
    if (folded == word) return true;
  }
  return false;
}

}  // namespace

Read<std::string> read_date(Words words, std::string_view language, Instant today) {
  std::size_t skipped = 0;
  while (skipped < words.size() && leads_in(words[skipped].folded)) ++skipped;
  if (skipped == words.size()) return {};
  auto date = read_plain(words.subspan(skipped), language, today);
  if (date.used > 0) date.used += skipped;
  return date;
}

}  // namespace crm
