#include "core/path_segment.hpp"

#include <fmt/format.h>

#include <cctype>

namespace slipway::core {

std::string path_segment(std::string_view text) {
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x80U && (std::isalnum(byte) != 0 || std::string_view("-._~").find(letter) != std::string_view::npos)) {
      encoded += letter;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

}  // namespace slipway::core
