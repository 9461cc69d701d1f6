#include "business/dictated_words.hpp"

#include <algorithm>
#include <utility>

#include "business/text.hpp"

namespace crm {
namespace {

constexpr std::string_view marks_before = "\"'([{<*-_,.;:!?";
constexpr std::string_view marks_after = "\"')]}>*,.;:!?-";
constexpr std::string_view break_marks = ",.;:!?";

Word make_word(std::string_view raw) {
  Word word{.raw = std::string(raw)};
  auto core = raw;
  while (!core.empty() && marks_before.find(core.front()) != std::string_view::npos) core.remove_prefix(1);
  const auto end = core.size();
  while (!core.empty() && marks_after.find(core.back()) != std::string_view::npos) core.remove_suffix(1);
  word.breaks = raw.find_first_of(break_marks, raw.size() - (end - core.size())) != std::string_view::npos;
  word.core = core;
  word.folded = fold(core);
  return word;
}

std::string joined(Words words) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += ' ';
    text += word.raw;
  }
  return text;
}

std::string without_ends(std::string text, std::string_view front, std::string_view back) {
  while (!text.empty() && back.find(text.back()) != std::string_view::npos) text.pop_back();
  text.erase(0, std::min(text.find_first_not_of(front), text.size()));
  return text;
}

}  // namespace

std::vector<Word> split_words(std::string_view text) {
  std::vector<Word> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto begin = text.find_first_not_of(" \t\r\n", at);
    if (begin == std::string_view::npos) break;
    if (!words.empty() && text.substr(at, begin - at).find('\n') != std::string_view::npos) words.back().breaks = true;
    const auto end = std::min(text.find_first_of(" \t\r\n", begin), text.size());
    auto word = make_word(text.substr(begin, end - begin));
    at = end;
    if (!word.folded.empty()) {
      words.push_back(std::move(word));
    } else if (!words.empty()) {  // a mark that stands alone belongs to the word before it
      words.back().breaks = true;
    }
  }
  return words;
}

std::string written(Words words) { return without_ends(joined(words), ",;: .\"'", ",;: .!?\"'"); }

std::string written_as_text(Words words) { return without_ends(joined(words), ",;: .", ",;: "); }

}  // namespace crm
