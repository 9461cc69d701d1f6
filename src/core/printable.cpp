#include "core/printable.hpp"

#include <simdjson.h>

#include <algorithm>

namespace slipway::core {

namespace {

bool is_ascii_control(char c) {
  constexpr unsigned char first_printable = 0x20;
  constexpr unsigned char delete_letter = 0x7f;
  const auto letter = static_cast<unsigned char>(c);
  return letter < first_printable || letter == delete_letter;
}

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

std::size_t find_control(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    if (is_ascii_control(text[at])) return at;
    // U+0080 to U+009F, the controls of ISO 6429 that steer terminals without an escape
    if (text[at] == '\xc2' && at + 1 < text.size() && (static_cast<unsigned char>(text[at + 1]) & 0xe0U) == 0x80)
      return at;
  }
  return std::string_view::npos;
}

bool is_printable(std::string_view text) {
  return find_control(text) == std::string_view::npos && simdjson::validate_utf8(text.data(), text.size());
}

std::string printable(std::string_view text) {
  std::string shown(text);
  if (!simdjson::validate_utf8(shown)) std::ranges::replace_if(shown, is_beyond_ascii, '?');
  return with_controls(shown, [](std::string& out, std::string_view /*control*/) { out += '?'; });
}

std::string_view beginning(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80) --most;
  return text.substr(0, most);
}

std::string told(std::string_view sentence) {
  constexpr std::size_t most = 2048;
  std::string text(beginning(sentence, most));
  if (text.size() < sentence.size()) text += " …";
  return text;
}

}  // namespace slipway::core
