#include "ship/yaml_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>

namespace slipway::ship {

namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

/// The character that a text begins with; nothing when that is no UTF-8.
std::optional<Character> first_character(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return Character{lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return std::nullopt;
  char32_t code = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((at(i) & 0xc0U) != 0x80U) return std::nullopt;
    code = (code << 6U) | (at(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (code < least.at(bytes) || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return std::nullopt;
  return Character{code, bytes};
}

/// Controls, and what some readers of YAML take for an end of line.
bool must_be_escaped(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 || code == 0xfeff;
}

std::string escaped(std::string_view value, bool with_quotes) {
  std::string out;
  while (!value.empty()) {
    const auto character = first_character(value);
    if (!character) {
      out += "\xef\xbf\xbd";  // U+FFFD, as for every byte that is none of a text
      value.remove_prefix(1);
      continue;
    }
    if (must_be_escaped(character->code)) {
      out += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(character->code));
    } else {
      if (with_quotes && (character->code == '"' || character->code == '\\')) out += '\\';
      out += value.substr(0, character->bytes);
    }
    value.remove_prefix(character->bytes);
  }
  return out;
}

/// Each of these signs twice, which is how their readers write one.
std::string doubled(std::string_view value, std::string_view signs) {
  std::string out;
  for (const char c : value) out.append(signs.contains(c) ? 2 : 1, c);
  return out;
}

/// Words that YAML 1.1 or 1.2 take for a truth value or nothing.
bool is_a_word_of_yaml(std::string_view value) {
  std::string small(value);
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 9> words{"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  return std::ranges::find(words, small) != words.end();
}

/// Letters, digits and signs that mean nothing, after a letter or a slash: no number, no mark of YAML.
bool is_safe_bare(std::string_view value) {
  if (value.empty() || is_a_word_of_yaml(value)) return false;
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const auto safe = [&](char c) {
    return letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || std::string_view("._/:@=-").contains(c);
  };
  return (letter(value.front()) || value.front() == '/') && value.back() != ':' && std::ranges::all_of(value, safe);
}

}  // namespace

bool is_plain_text(std::string_view value) {
  while (!value.empty()) {
    const auto character = first_character(value);
    if (!character || must_be_escaped(character->code)) return false;
    value.remove_prefix(character->bytes);
  }
  return true;
}

Scalar Scalar::text(std::string_view value) { return is_safe_bare(value) ? Scalar(std::string(value)) : quoted(value); }

Scalar Scalar::quoted(std::string_view value) { return Scalar('"' + escaped(value, true) + '"'); }

Scalar Scalar::not_expanded(std::string_view value) { return quoted(doubled(value, "$")); }

Scalar Scalar::unit_word(std::string_view value, bool expands) {
  const std::string word = doubled(value, expands ? "%$" : "%");
  const bool is_bare = !word.empty() && std::ranges::all_of(word, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("._/:@=-+,%$").contains(c);
  });
  return is_bare ? Scalar(word) : quoted(word);
}

Scalar Scalar::comment(std::string_view value) { return Scalar(escaped(value, false)); }

Scalar Scalar::block(std::string_view value, std::size_t indent) {
  while (value.ends_with('\n')) value.remove_suffix(1);
  const std::size_t first = value.find_first_not_of('\n');
  // a first line that is indented would be taken for the indentation of all
  std::string out = first != std::string_view::npos && value[first] == ' ' ? "|2" : "|";
  const std::string space(indent, ' ');
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('\n'), value.size());
    out += '\n';
    if (end != 0) out += space;
    out += value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return Scalar(out);
}

void YamlText::add_lines(std::size_t indent, std::string_view lines) {
  if (lines.starts_with('\n')) lines.remove_prefix(1);
  const std::string space(indent, ' ');
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (end != 0) text_ += space;
    text_ += lines.substr(0, end);
    text_ += '\n';
    ++lines_;
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void YamlText::append(const YamlText& more) {
  for (const Mark& mark : more.marks_) marks_.push_back({mark.title, lines_ + mark.line});
  text_ += more.text_;
  lines_ += more.lines_;
}

std::string with_index(const std::string& about, const YamlText& document) {
  const auto& marks = document.marks();
  const std::size_t heading = marks.empty() ? 0 : marks.size() + 2;
  const std::size_t before = static_cast<std::size_t>(std::ranges::count(about, '\n')) + heading;
  std::string index;
  if (!marks.empty()) {
    std::size_t widest = 0;
    for (const auto& mark : marks) widest = std::max(widest, mark.title.size());
    index = "#\n# What you may want to change is in line\n";
    for (const auto& mark : marks) index += fmt::format("#   {:<{}}  {:>4}\n", mark.title, widest, before + mark.line);
  }
  return about + index + document.text();
}

}  // namespace slipway::ship
