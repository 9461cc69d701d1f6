#include "core/printable.hpp"

#include <simdjson.h>

#include <algorithm>

namespace slipway::core {

namespace {

bool is_control(char c) {
  constexpr unsigned char first_printable = 0x20;
  constexpr unsigned char delete_letter = 0x7f;
  const auto letter = static_cast<unsigned char>(c);
  return letter < first_printable || letter == delete_letter;
}

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, is_control) && simdjson::validate_utf8(text.data(), text.size());
}

std::string printable(std::string_view text) {
  std::string shown(text);
  std::ranges::replace_if(shown, is_control, '?');
  if (!simdjson::validate_utf8(shown)) std::ranges::replace_if(shown, is_beyond_ascii, '?');
  return shown;
}

}  // namespace slipway::core
