#pragma once

#include <memory>
#include <span>
#include <vector>

struct soxr;

namespace slipway::speech {

/// Mono sound of any rate to `sample_rate`, as it comes. One thread at a time.
///
///   Resampler resampler(44100);
///   resampler.push(block, out);   // appends what is ready
///   resampler.finish(out);
class Resampler {
 public:
  explicit Resampler(unsigned rate);
  ~Resampler();
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  void push(std::span<const float> samples, std::vector<float>& out);
  void finish(std::vector<float>& out);

 private:
  void process(const float* samples, std::size_t count, std::vector<float>& out);

  soxr* soxr_ = nullptr;  ///< null where the rate is right already
};

}  // namespace slipway::speech
