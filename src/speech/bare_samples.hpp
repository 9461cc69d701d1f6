#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "speech/audio_type.hpp"
#include "speech/resampler.hpp"

namespace slipway::speech {

/// Bare samples (`AudioType::is_bare`) to mono at `sample_rate`, as their bytes come: a block may end in the middle of
/// a sample. Channels are averaged. One thread at a time.
class BareSamples {
 public:
  explicit BareSamples(const AudioType& type) : type_(type), resampler_(type.rate) {}

  /// Appends what is ready to `out`.
  void push(std::span<const std::byte> bytes, std::vector<float>& out);
  void finish(std::vector<float>& out) { resampler_.finish(out); }

 private:
  std::size_t frame_bytes() const;
  float sample(const std::byte* at) const;

  AudioType type_;
  Resampler resampler_;
  std::vector<std::byte> rest_;  ///< of a frame that has not come whole
};

}  // namespace slipway::speech
