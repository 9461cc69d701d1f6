#include "business/fill.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "business/dictated_values.hpp"
#include "business/dictated_words.hpp"
#include "business/fill_labels.hpp"
#include "business/kinds.hpp"
#include "business/spoken_numbers.hpp"

namespace crm {
namespace {

class Filler {
 public:
  Filler(Words words, std::string_view language, const Kind& kind, Instant today)
      : words_(words), language_(language), kind_(kind), today_(today) {}

  Filled run() {
    std::size_t begin = 0;  // of the value that is being said
    std::string_view field;
    std::string_view standard = field_without_label(kind_.name);
    for (std::size_t i = 0; i < words_.size();) {
      const auto label = label_at(i, field);
      if (label.words == 0) {
        ++i;
        continue;
      }
      close(field.empty() ? std::string_view() : field, begin, i);
      field = label.field;
      i += label.words;
      if (i < words_.size() && links_value(words_[i].folded, language_)) ++i;  // "is", "é"
      begin = i;
    }
    close(field.empty() ? standard : field, begin, words_.size());
    return std::move(filled_);
  }

 private:
  bool breaks_before(std::size_t at) const { return at == 0 || words_[at - 1].breaks; }

  /// A label at that word, unless it is more likely an ordinary word of the value of `current`.
  Label label_at(std::size_t at, std::string_view current) const {
    const auto label = find_label(words_.subspan(at), language_, kind_.name);
    if (label.words == 0 || current.empty()) return label;
    if (label.field == current) return is_free(current) || !breaks_before(at) ? Label{} : label;
    if (!is_free(current)) return label;
    // In a note only what begins a part of a sentence, says something for its field, and was not said before.
    auto begin = at;
    while (begin > 0 && !words_[begin - 1].breaks && connects(words_[begin - 1].folded, language_)) --begin;
    if (!breaks_before(begin) || filled_.fields.contains(label.field)) return {};
    auto value = words_.subspan(at + label.words);
    if (!value.empty() && links_value(value[0].folded, language_)) value = value.subspan(1);
    return readable(label.field, value) ? label : Label{};
  }

  bool readable(std::string_view field, Words value) const {
    if (field == "phone") return read_phone(value, language_).used > 0;
    if (field == "email") return read_email(value, language_).used > 0;
    if (field == "value_cents") return read_money(value, language_).used > 0;
    if (field == "close_on" || field == "due_on") return read_date(value, language_, today_).used > 0;
    return !value.empty();
  }

  /// The words from begin to end are the value of the field; of none: nobody's.
  void close(std::string_view field, std::size_t begin, std::size_t end) {
    const auto value = words_.subspan(begin, end - begin);
    const bool before_label = end < words_.size();
    // An address may end in "com", which is no "with" there.
    const auto said = before_label && field != "email" ? without_connection(value) : value;
    const auto rest = field.empty() || said.empty() ? said : said.subspan(take(field, said));
    leave(before_label ? without_connection(rest) : rest);
  }

  /// "Acme and her" is Acme, before the next label.
  Words without_connection(Words words) const {
    while (!words.empty() && connects(words.back().folded, language_)) words = words.first(words.size() - 1);
    return words;
  }

  void leave(Words words) {
    const auto text = written_as_text(words);
    if (text.empty()) return;
    filled_.rest += (filled_.rest.empty() ? "" : " ") + text;
  }

  /// Sets the field; how many words it took.
  std::size_t take(std::string_view field, Words value) {
    if (field == "phone") return set(field, read_phone(value, language_));
    if (field == "email") return set(field, read_email(value, language_));
    if (field == "close_on" || field == "due_on") return set(field, read_date(value, language_, today_));
    if (field == "stage") return set(field, read_stage(value));
    if (field == "value_cents") {
      const auto money = read_money(value, language_);
      if (money.used == 0) return 0;
      put(field, money.value.cents);
      if (!money.value.currency.empty()) put("currency", money.value.currency);
      return money.used;
    }
    auto text = is_free(field)                        ? written_as_text(value)
                : field == "address"                  ? written(value)
                : field == "title" || field == "role" ? read_sentence(value)
                                                      : read_name(value);
    if (text.empty()) return 0;
    put(field, std::move(text));
    return value.size();
  }

  std::size_t set(std::string_view field, Read<std::string> read) {
    if (read.used > 0) put(field, std::move(read.value));
    return read.used;
  }

  void put(std::string_view field, Value value) {
    filled_.fields.insert_or_assign(std::string(field), std::move(value));
  }

  Words words_;
  std::string_view language_;
  const Kind& kind_;
  Instant today_;
  Filled filled_;
};

}  // namespace

Result<Filled> fill(std::string_view text, std::string_view language, std::string_view record, Instant today) {
  if (language != "en" && language != "pt") return refuse(Code::invalid, "language: en or pt expected", "language");
  const auto* kind = find_kind(record);
  if (kind == nullptr) {
    return refuse(Code::invalid, "record: customers, contacts, deals, notes or tasks expected", "record");
  }
  const auto words = split_words(text);
  return Filler(words, language, *kind, today).run();
}

}  // namespace crm
