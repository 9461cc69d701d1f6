#include "fetch/checksums.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace slipway::fetch {

core::Result<Checksums> Checksums::parse(const std::vector<std::string>& given) {
  constexpr std::size_t letters = 64;
  Checksums sums;
  for (const std::string& text : given) {
    const std::size_t colon = text.rfind(':');
    std::string hex = colon == std::string::npos ? text : text.substr(colon + 1);
    std::ranges::transform(hex, hex.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const bool is_hex = std::ranges::all_of(hex, [](unsigned char c) { return std::isxdigit(c) != 0; });
    if (hex.size() != letters || !is_hex || colon == 0)
      return core::invalid(fmt::format("--sha256 {}: 64 hexadecimal letters, or FILE: and those, expected", text));
    const bool is_new = colon == std::string::npos ? !sums.bare_ : !sums.named_.contains(text.substr(0, colon));
    if (!is_new) return core::invalid(fmt::format("--sha256 {}: is given twice for one file", text));
    if (colon == std::string::npos) {
      sums.bare_ = std::move(hex);
    } else {
      sums.named_[text.substr(0, colon)] = std::move(hex);
    }
  }
  if (sums.bare_ && !sums.named_.empty())
    return core::invalid("--sha256: with several files each needs its name, FILE:HEX");
  return sums;
}

std::optional<std::string> Checksums::of(const std::string& name) const {
  if (bare_) return bare_;
  const auto found = named_.find(name);
  return found == named_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace slipway::fetch
