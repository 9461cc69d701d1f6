#include "business/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace crm {
namespace {

std::optional<std::string> mapped(std::string_view text, int options) {
  utf8proc_uint8_t* made = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &made, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(made), static_cast<std::size_t>(size));
}

}  // namespace

std::string fold(std::string_view text) {
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK)
      .value_or("");
}

std::optional<std::string> clean(std::string_view text) {
  auto composed = mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  if (!composed) return std::nullopt;
  constexpr auto blanks = " \t\r\n";
  const auto begin = composed->find_first_not_of(blanks);
  if (begin == std::string::npos) return "";
  return composed->substr(begin, composed->find_last_not_of(blanks) - begin + 1);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool has_control_characters(std::string_view text, bool lines_allowed) {
  return std::ranges::any_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    const bool allowed = lines_allowed && (c == '\n' || c == '\r' || c == '\t');
    return byte == 0x7FU || (byte < 0x20U && !allowed);
  });
}

}  // namespace crm
