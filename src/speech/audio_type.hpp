#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "core/error.hpp"

namespace slipway::speech {

/// How the bytes of a recording are to be read.
struct AudioType {
  enum class Form {
    file,   ///< a container that tells its rate and channels itself
    webm,   ///< the one container with a reader of its own
    pcm16,  ///< bare samples from here on
    mulaw,
    alaw
  };
  Form form = Form::file;
  unsigned rate = 0;  ///< these three of bare samples alone
  unsigned channels = 1;
  bool big_endian = false;

  bool is_bare() const { return form != Form::file && form != Form::webm; }
};

constexpr unsigned rate_min = 1'000;
constexpr unsigned rate_max = 384'000;
constexpr unsigned channels_max = 16;

/// The type of bare samples where the Content-Type names one, nothing where it names something else.
core::Result<std::optional<AudioType>> bare_type(std::string_view content_type);

/// What a Content-Type says: `audio/l16;rate=44100;channels=2;endianness=little-endian` and `audio/mulaw`, `audio/alaw`
/// with a rate, `audio/basic`; every other kind of sound, no type and application/octet-stream leave it to the first
/// bytes. invalid_argument for a type that is no sound, and for a rate or channels that are missing or out of range.
core::Result<AudioType> audio_type(std::string_view content_type, std::span<const std::byte> head);

}  // namespace slipway::speech
