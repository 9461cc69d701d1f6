#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "speech/phrase.hpp"

namespace slipway::speech {

/// What a client of OpenAI's asks for, by the fields of its form.
struct OpenaiOptions {
  enum class Format { json, text, srt, vtt, verbose_json };
  std::string model;
  Format format = Format::json;
  bool words = false;     ///< timestamp_granularities[]=word
  bool segments = false;  ///< timestamp_granularities[]=segment
  bool stream = false;

  /// Takes one field. Hints that a model may leave aside (language, prompt, temperature) are; invalid_argument for a
  /// value that cannot be, and for a field that asks for what is not here.
  core::Result<void> set(std::string_view name, std::string_view value);
};

struct OpenaiAnswer {
  std::string_view content_type;  ///< a literal
  std::string body;
};

/// The transcript in the format asked for; with `stream` as server-sent events.
OpenaiAnswer openai_answer(const Transcript& transcript, const OpenaiOptions& options);

}  // namespace slipway::speech
