#pragma once

#include <cstdint>

namespace slipway::protocol {

/// The tag on the wire of a field that is a string, bytes or a message.
constexpr std::uint32_t tag_of(int field) {
  constexpr std::uint32_t delimited = 2;
  return static_cast<std::uint32_t>(field) << 3U | delimited;
}

}  // namespace slipway::protocol
