#pragma once

#include <cstdint>
#include <string_view>

namespace slipway::models {

/// The number of a version, as its folder and its clients write it: decimal, from 1, without leading zeros or sign. 0
/// for any other text.
std::int64_t version_number(std::string_view text);

}  // namespace slipway::models
