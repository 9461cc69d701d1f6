#pragma once

#include <cstdint>

namespace slipway::protocol {

/// How a field lies on the wire.
enum class Wire : std::uint32_t { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

/// The tag on the wire of a field: unless told otherwise one that is a string, bytes or a message.
constexpr std::uint32_t tag_of(int field, Wire wire = Wire::delimited) {
  return static_cast<std::uint32_t>(field) << 3U | static_cast<std::uint32_t>(wire);
}

}  // namespace slipway::protocol
