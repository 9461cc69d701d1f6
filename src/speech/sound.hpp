#pragma once

#include <cstddef>

namespace slipway::speech {

/// What every model here listens to: mono at this rate, samples from -1 to 1.
constexpr unsigned sample_rate = 16'000;
/// Samples in which it is told whether somebody speaks: 32 ms.
constexpr std::size_t window_samples = 512;

inline double seconds_of(std::size_t samples) { return static_cast<double>(samples) / sample_rate; }
inline std::size_t samples_in(double seconds) { return static_cast<std::size_t>(seconds * sample_rate); }

}  // namespace slipway::speech
