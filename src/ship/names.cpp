#include "ship/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include <regex>

namespace slipway::ship {

namespace {

constexpr std::size_t text_max = 1024;  // std::regex recurses by the length of what it is given

bool matches(std::string_view text, const std::regex& form) {
  return text.size() <= text_max && std::regex_match(text.begin(), text.end(), form);
}

}  // namespace

std::string image_name_from(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const char small = byte < 0x80 ? static_cast<char>(std::tolower(byte)) : ' ';
    if ((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9')) {
      name += small;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "models" : name;
}

std::string label_from(std::string_view text, std::size_t length_max) {
  std::string label = image_name_from(text);
  if (label.front() >= '0' && label.front() <= '9') label.insert(0, "m-");
  label.resize(std::min(label.size(), length_max));
  while (label.ends_with('-')) label.pop_back();
  return label;
}

core::Result<std::string> checked_label(std::string_view what, std::string_view text, std::size_t length_max) {
  static const std::regex form("[a-z]([-a-z0-9]*[a-z0-9])?");
  if (text.size() > length_max || !matches(text, form))
    return core::invalid(
        fmt::format("{} \"{}\": small letters, digits and hyphens expected, a letter first, no hyphen last, at most {}",
                    what, text, length_max));
  return std::string(text);
}

core::Result<std::string> checked_subdomain(std::string_view what, std::string_view text) {
  static const std::regex form(R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)");
  constexpr std::size_t length_max = 253;
  if (text.size() > length_max || !matches(text, form))
    return core::invalid(
        fmt::format("{} \"{}\": small letters, digits, hyphens and dots between them expected, at most {}", what, text,
                    length_max));
  return std::string(text);
}

core::Result<std::string> checked_variable(std::string_view what, std::string_view text) {
  static const std::regex form("[A-Za-z_][A-Za-z0-9_]*");
  if (!matches(text, form))
    return core::invalid(fmt::format("{} \"{}\": letters, digits and _ expected, no digit first", what, text));
  return std::string(text);
}

core::Result<ImageReference> image_reference_from(std::string_view text) {
  static const std::regex form(
      "([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*"
      "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?");
  if (!matches(text, form))
    return core::invalid(fmt::format(
        "image \"{}\" given; a name in small letters, and a tag or digest, as example.org/shop:3 expected", text));
  const bool has_digest = text.find('@') != std::string_view::npos;
  const std::size_t colon = text.find(':', text.rfind('/') + 1);
  const bool has_tag = colon != std::string_view::npos && text.substr(colon) != ":latest";
  return ImageReference{std::string(text), has_digest || has_tag, has_digest};
}

}  // namespace slipway::ship
