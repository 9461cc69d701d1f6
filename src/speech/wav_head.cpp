#include "speech/wav_head.hpp"

#include <cstdint>
#include <string_view>

#include "core/tensor.hpp"

namespace slipway::speech {

namespace {

constexpr std::size_t chunks_from = 12;
constexpr std::size_t chunk_head_bytes = 8;
constexpr std::size_t format_bytes = 16;
constexpr std::uint16_t pcm = 1;

}  // namespace

std::optional<WavHead> wav_head(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with("RIFF") || text.size() < chunks_from || text.substr(8, 4) != "WAVE") return std::nullopt;
  std::optional<AudioType> type;
  for (std::size_t at = chunks_from; at + chunk_head_bytes <= bytes.size();) {
    const std::string_view name = text.substr(at, 4);
    const std::size_t size = core::load<std::uint32_t>(bytes.data() + at + 4);
    at += chunk_head_bytes;
    if (name == "data") return type ? std::optional(WavHead{*type, at}) : std::nullopt;
    if (name == "fmt ") {
      if (size < format_bytes || at + format_bytes > bytes.size()) return std::nullopt;
      const auto number = [&](std::size_t offset) { return core::load<std::uint16_t>(bytes.data() + at + offset); };
      const auto rate = core::load<std::uint32_t>(bytes.data() + at + 4);
      const bool known = number(0) == pcm && number(14) == 16 && number(2) >= 1 && number(2) <= channels_max &&
                         rate >= rate_min && rate <= rate_max;
      if (!known) return std::nullopt;
      type = AudioType{.form = AudioType::Form::pcm16, .rate = rate, .channels = number(2), .big_endian = false};
    }
    at += size + size % 2;
  }
  return std::nullopt;
}

}  // namespace slipway::speech
