#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/error.hpp"

namespace slipway::speech {

/// The first track of Opus in a WebM file, mono at `sample_rate`. What was cut off at its end is done without, as
/// browsers that record do not end their files. invalid_argument when there is no such track, or none whose sound can
/// be read.
core::Result<std::vector<float>> decode_webm(std::span<const std::byte> bytes, double seconds_max);

}  // namespace slipway::speech
