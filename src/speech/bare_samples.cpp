#include "speech/bare_samples.hpp"

#include <cstdint>

namespace slipway::speech {

namespace {

/// G.711: a sign, an exponent of three bits and a mantissa of four, all inverted.
float from_mulaw(std::uint8_t code) {
  const auto bits = static_cast<std::uint8_t>(~code);
  const int exponent = (bits >> 4) & 7;
  const int magnitude = (((bits & 15) << 3) + 132) << exponent;
  return static_cast<float>((bits & 0x80) != 0 ? 132 - magnitude : magnitude - 132) / 32768.0F;
}

float from_alaw(std::uint8_t code) {
  const auto bits = static_cast<std::uint8_t>(code ^ 0x55);
  const int exponent = (bits >> 4) & 7;
  int magnitude = ((bits & 15) << 4) + 8;
  if (exponent > 0) magnitude = (magnitude + 256) << (exponent - 1);
  return static_cast<float>((bits & 0x80) != 0 ? magnitude : -magnitude) / 32768.0F;
}

}  // namespace

std::size_t BareSamples::frame_bytes() const {
  return (type_.form == AudioType::Form::pcm16 ? 2U : 1U) * std::size_t{type_.channels};
}

float BareSamples::sample(const std::byte* at) const {
  const auto first = std::to_integer<std::uint8_t>(at[0]);
  if (type_.form == AudioType::Form::mulaw) return from_mulaw(first);
  if (type_.form == AudioType::Form::alaw) return from_alaw(first);
  const auto second = std::to_integer<std::uint8_t>(at[1]);
  const unsigned bits = type_.big_endian ? first * 256U + second : second * 256U + first;
  return static_cast<float>(static_cast<std::int16_t>(bits)) / 32768.0F;
}

void BareSamples::push(std::span<const std::byte> bytes, std::vector<float>& out) {
  rest_.insert(rest_.end(), bytes.begin(), bytes.end());
  const std::size_t frame = frame_bytes();
  const std::size_t frames = rest_.size() / frame;
  const std::size_t step = frame / type_.channels;
  std::vector<float> mono(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    float sum = 0;
    for (std::size_t channel = 0; channel < type_.channels; ++channel)
      sum += sample(rest_.data() + i * frame + channel * step);
    mono[i] = sum / static_cast<float>(type_.channels);
  }
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(frames * frame));
  resampler_.push(mono, out);
}

}  // namespace slipway::speech
