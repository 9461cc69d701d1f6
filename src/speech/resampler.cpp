#include "speech/resampler.hpp"

#include <soxr.h>

#include <new>

#include "speech/sound.hpp"

namespace slipway::speech {

namespace {

constexpr std::size_t block_samples = 4096;

}  // namespace

Resampler::Resampler(unsigned rate) {
  if (rate == sample_rate) return;
  soxr_error_t error = nullptr;
  soxr_ = soxr_create(rate, sample_rate, 1, &error, nullptr, nullptr, nullptr);
  if (soxr_ == nullptr) throw std::bad_alloc();  // the rates are valid, so that is all that can be
}

Resampler::~Resampler() { soxr_delete(soxr_); }

void Resampler::process(const float* samples, std::size_t count, std::vector<float>& out) {
  std::size_t taken = 0;
  while (true) {
    const std::size_t at = out.size();
    out.resize(at + block_samples);
    std::size_t used = 0;
    std::size_t made = 0;
    soxr_process(soxr_, samples == nullptr ? nullptr : samples + taken, count - taken, &used, out.data() + at,
                 block_samples, &made);
    out.resize(at + made);
    taken += used;
    if (made < block_samples && taken >= count) return;
  }
}

void Resampler::push(std::span<const float> samples, std::vector<float>& out) {
  if (samples.empty()) return;
  if (soxr_ == nullptr) {
    out.insert(out.end(), samples.begin(), samples.end());
  } else {
    process(samples.data(), samples.size(), out);
  }
}

void Resampler::finish(std::vector<float>& out) {
  if (soxr_ != nullptr) process(nullptr, 0, out);
}

}  // namespace slipway::speech
