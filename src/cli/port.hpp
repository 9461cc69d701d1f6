#pragma once

#include <cstdint>
#include <string_view>

#include "core/error.hpp"

namespace slipway::cli {

/// A port's number in decimal digits and nothing else.
core::Result<std::uint16_t> port_from(std::string_view text);

}  // namespace slipway::cli
