#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace slipway::speech {

/// Two hours, 460 MB as they are kept here: what is longer is refused.
constexpr double recording_seconds_max = 2 * 3600;

/// A whole recording to mono at `sample_rate`. WAV, FLAC, Ogg, MP3 and the like by libsndfile, WebM by libwebm and
/// libopus, bare samples as their type says (audio_type.hpp). invalid_argument, with what is wrong, for bytes that are
/// no sound, have none or last too long.
core::Result<std::vector<float>> decode(std::string_view content_type, std::span<const std::byte> bytes);

}  // namespace slipway::speech
