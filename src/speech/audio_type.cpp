#include "speech/audio_type.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "speech/words.hpp"

namespace slipway::speech {

using core::invalid;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view known = "WAV, FLAC, Ogg (Opus, Vorbis), MP3, WebM (Opus), AIFF or AU";

/// Without the quotes, too, that a value may have.
std::string_view bare(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

/// Takes what stands before the next ';' off the front.
std::string_view next_part(std::string_view& text) {
  const auto end = std::min(text.find(';'), text.size());
  const std::string_view part = bare(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

core::Result<unsigned> number(std::string_view name, std::string_view text, unsigned least, unsigned most) {
  unsigned value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return value;
  return invalid(fmt::format("Content-Type: {}={} given, a number from {} to {} expected", name, text, least, most));
}

core::Result<void> read_parameters(std::string_view rest, AudioType& type) {
  while (!rest.empty()) {
    const std::string_view part = next_part(rest);
    const auto equals = std::min(part.find('='), part.size());
    const std::string name = lower(bare(part.substr(0, equals)));
    const std::string_view value = bare(part.substr(std::min(equals + 1, part.size())));
    if (name == "rate") {
      TRY(type.rate, number(name, value, rate_min, rate_max));
    } else if (name == "channels") {
      TRY(type.channels, number(name, value, 1, channels_max));
    } else if (name == "endianness") {
      if (value != "little-endian" && value != "big-endian") {
        return invalid(fmt::format("Content-Type: endianness={} given, little-endian or big-endian expected", value));
      }
      type.big_endian = value == "big-endian";
    }
  }
  return {};
}

/// The form that the first bytes have.
std::optional<AudioType::Form> form_of(std::span<const std::byte> head) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (text.starts_with("\x1a\x45\xdf\xa3")) return AudioType::Form::webm;
  constexpr std::array beginnings{"RIFF"sv, "RIFX"sv, "RF64"sv, "fLaC"sv, "OggS"sv, "ID3"sv, "FORM"sv, ".snd"sv};
  if (std::ranges::any_of(beginnings, [text](std::string_view beginning) { return text.starts_with(beginning); }))
    return AudioType::Form::file;
  // a frame of MPEG audio: eleven bits that are set
  if (text.size() >= 2 && static_cast<unsigned char>(text[0]) == 0xff &&
      (static_cast<unsigned char>(text[1]) & 0xe0U) == 0xe0U)
    return AudioType::Form::file;
  return std::nullopt;
}

}  // namespace

core::Result<std::optional<AudioType>> bare_type(std::string_view content_type) {
  std::string_view rest = content_type;
  const std::string kind = lower(next_part(rest));
  if (kind == "audio/basic") return AudioType{.form = AudioType::Form::mulaw, .rate = 8000};
  AudioType type;
  if (kind == "audio/l16") {
    type.form = AudioType::Form::pcm16;
  } else if (kind == "audio/mulaw") {
    type.form = AudioType::Form::mulaw;
  } else if (kind == "audio/alaw") {
    type.form = AudioType::Form::alaw;
  } else {
    return std::nullopt;
  }
  TRY_VOID(read_parameters(rest, type));
  if (type.rate == 0)
    return invalid(fmt::format("Content-Type {}: the rate is missing: {};rate=16000", content_type, kind));
  return type;
}

core::Result<AudioType> audio_type(std::string_view content_type, std::span<const std::byte> head) {
  TRY(const auto bare, bare_type(content_type));
  if (bare) return *bare;
  std::string_view rest = content_type;
  const std::string kind = lower(next_part(rest));
  const bool sound = kind.starts_with("audio/") || kind == "video/webm" || kind == "application/ogg";
  if (!sound && !kind.empty() && kind != "application/octet-stream" && kind != "application/x-www-form-urlencoded")
    return invalid(fmt::format("Content-Type {}: no sound; {}, or bare audio/l16;rate=… expected", kind, known));
  if (head.empty()) return invalid("the recording is empty: no bytes of sound were given");
  const auto form = form_of(head);
  if (!form)
    return invalid(fmt::format("the recording is of no form that is known by its first bytes; {} expected", known));
  AudioType type;
  type.form = *form;
  return type;
}

}  // namespace slipway::speech
