#include "speech/decode.hpp"

#include <fmt/format.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "speech/audio_type.hpp"
#include "speech/bare_samples.hpp"
#include "speech/resampler.hpp"
#include "speech/sound.hpp"
#include "speech/webm.hpp"

namespace slipway::speech {

using core::invalid;

namespace {

constexpr std::size_t block_frames = 4096;

core::Error too_long() {
  return {core::Code::invalid_argument,
          fmt::format("the recording is longer than {} s; split it", recording_seconds_max)};
}

bool is_too_long(const std::vector<float>& samples) { return seconds_of(samples.size()) > recording_seconds_max; }

/// The bytes as a file, for libsndfile.
struct MemoryFile {
  std::span<const std::byte> bytes;
  sf_count_t at = 0;

  static MemoryFile& of(void* self) { return *static_cast<MemoryFile*>(self); }
  static sf_count_t size(void* self) { return static_cast<sf_count_t>(of(self).bytes.size()); }
  static sf_count_t tell(void* self) { return of(self).at; }
  static sf_count_t seek(sf_count_t offset, int whence, void* self) {
    const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? of(self).at : size(self);
    of(self).at = std::clamp<sf_count_t>(base + offset, 0, size(self));
    return of(self).at;
  }
  static sf_count_t read(void* into, sf_count_t count, void* self) {
    count = std::clamp<sf_count_t>(count, 0, size(self) - of(self).at);
    std::memcpy(into, of(self).bytes.data() + of(self).at, static_cast<std::size_t>(count));
    of(self).at += count;
    return count;
  }
  static sf_count_t write(const void* /*from*/, sf_count_t /*count*/, void* /*self*/) { return 0; }
};

core::Result<std::vector<float>> decode_file(std::span<const std::byte> bytes) {
  MemoryFile memory{bytes};
  SF_VIRTUAL_IO io{.get_filelen = MemoryFile::size,
                   .seek = MemoryFile::seek,
                   .read = MemoryFile::read,
                   .write = MemoryFile::write,
                   .tell = MemoryFile::tell};
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open_virtual(&io, SFM_READ, &info, &memory), sf_close);
  if (!file) return invalid(fmt::format("the recording cannot be read: {}", sf_strerror(nullptr)));
  const auto rate = static_cast<unsigned>(std::max(info.samplerate, 0));
  const auto channels = static_cast<unsigned>(std::max(info.channels, 0));
  if (rate < rate_min || rate > rate_max)
    return invalid(fmt::format("the recording's rate is {} Hz, {} to {} expected", rate, rate_min, rate_max));
  if (channels == 0 || channels > channels_max)
    return invalid(fmt::format("the recording has {} channels, 1 to {} expected", channels, channels_max));
  Resampler resampler(rate);
  std::vector<float> out;
  std::vector<float> frames(block_frames * channels);
  std::vector<float> mono;
  while (const auto count = sf_readf_float(file.get(), frames.data(), block_frames)) {
    if (count < 0) break;
    mono.assign(static_cast<std::size_t>(count), 0.0F);
    for (std::size_t i = 0; i < mono.size(); ++i) {
      for (std::size_t channel = 0; channel < channels; ++channel) mono[i] += frames[i * channels + channel];
      mono[i] /= static_cast<float>(channels);
      if (!std::isfinite(mono[i])) mono[i] = 0;  // a file of floats may have any
    }
    resampler.push(mono, out);
    if (is_too_long(out)) return std::unexpected(too_long());
  }
  resampler.finish(out);
  return out;
}

core::Result<std::vector<float>> decode_bare(const AudioType& type, std::span<const std::byte> bytes) {
  BareSamples samples(type);
  std::vector<float> out;
  constexpr std::size_t block_bytes = 1U << 20U;
  for (std::size_t at = 0; at < bytes.size(); at += block_bytes) {
    samples.push(bytes.subspan(at, std::min(block_bytes, bytes.size() - at)), out);
    if (is_too_long(out)) return std::unexpected(too_long());
  }
  samples.finish(out);
  return out;
}

}  // namespace

core::Result<std::vector<float>> decode(std::string_view content_type, std::span<const std::byte> bytes) {
  TRY(const AudioType type, audio_type(content_type, bytes));
  if (bytes.empty()) return invalid("the recording is empty: no bytes of sound were given");
  auto samples = type.form == AudioType::Form::webm ? decode_webm(bytes, recording_seconds_max)
                 : type.is_bare()                   ? decode_bare(type, bytes)
                                                    : decode_file(bytes);
  if (samples && samples->empty()) return invalid("the recording is empty: there is no sound in it");
  return samples;
}

}  // namespace slipway::speech
