#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "speech/audio_type.hpp"

namespace slipway::speech {

/// The beginning of a WAV file whose samples are 16-bit: their type, and where they begin. With it a WAV that is
/// streamed is heard as it comes.
struct WavHead {
  AudioType type;
  std::size_t samples_at = 0;
};

/// Nothing when the bytes do not begin such a file, or not all of its beginning is there.
std::optional<WavHead> wav_head(std::span<const std::byte> bytes);

}  // namespace slipway::speech
