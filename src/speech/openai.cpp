#include "speech/openai.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

namespace slipway::speech {

namespace json = boost::json;
using Format = OpenaiOptions::Format;
using namespace std::string_view_literals;

namespace {

constexpr std::array formats{std::pair{"json"sv, Format::json}, std::pair{"text"sv, Format::text},
                             std::pair{"srt"sv, Format::srt}, std::pair{"vtt"sv, Format::vtt},
                             std::pair{"verbose_json"sv, Format::verbose_json}};

/// "00:01:02.500"
std::string clock(double seconds, char point) {
  const auto ms = std::llround(seconds * 1000);
  return fmt::format("{:02}:{:02}:{:02}{}{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, point, ms % 1000);
}

std::string captions(const Transcript& transcript, bool srt) {
  std::string text = srt ? "" : "WEBVTT\n\n";
  const char point = srt ? ',' : '.';
  int number = 0;
  for (const Phrase& phrase : transcript.phrases) {
    if (srt) text += fmt::format("{}\n", ++number);
    text += fmt::format("{} --> {}\n{}\n\n", clock(phrase.begin, point), clock(phrase.end, point), phrase.text);
  }
  return text;
}

json::object usage(const Transcript& transcript) {
  return {{"type", "duration"}, {"seconds", std::ceil(transcript.seconds)}};
}

json::object verbose(const Transcript& transcript, const OpenaiOptions& options) {
  json::array segments;
  json::array words;
  for (const Phrase& phrase : transcript.phrases) {
    const double log_probability = phrase.confidence ? std::log(std::max(*phrase.confidence, 1e-9)) : 0;
    segments.push_back({{"id", segments.size()},
                        {"seek", 0},
                        {"start", phrase.begin},
                        {"end", phrase.end},
                        {"text", phrase.text},
                        {"tokens", json::array{}},
                        {"temperature", 0},
                        {"avg_logprob", log_probability},
                        {"compression_ratio", 1},
                        {"no_speech_prob", 0}});
    for (const Word& word : phrase.words)
      words.push_back({{"word", word.text}, {"start", word.begin}, {"end", word.end}});
  }
  json::object answer{{"task", "transcribe"},
                      {"language", transcript.phrases.empty() ? "" : transcript.phrases.front().language},
                      {"duration", transcript.seconds},
                      {"text", transcript.text()},
                      {"usage", usage(transcript)}};
  if (options.segments || !options.words) answer["segments"] = std::move(segments);
  if (options.words) answer["words"] = std::move(words);
  return answer;
}

std::string events(const Transcript& transcript) {
  std::string text;
  const auto event = [&text](const json::object& data) { text += fmt::format("data: {}\n\n", json::serialize(data)); };
  bool first = true;
  for (const Phrase& phrase : transcript.phrases) {
    event({{"type", "transcript.text.delta"}, {"delta", (first ? "" : " ") + phrase.text}});
    first = false;
  }
  event({{"type", "transcript.text.done"}, {"text", transcript.text()}, {"usage", usage(transcript)}});
  return text;
}

}  // namespace

core::Result<void> OpenaiOptions::set(std::string_view name, std::string_view value) {
  if (name == "model") {
    model = value;
  } else if (name == "response_format") {
    const auto* const known = std::ranges::find(formats, value, &std::pair<std::string_view, Format>::first);
    if (known == formats.end())
      return core::invalid(
          fmt::format("response_format \"{}\" given; json, text, srt, vtt or verbose_json expected", value));
    format = known->second;
  } else if (name == "timestamp_granularities[]" || name == "timestamp_granularities") {
    if (value != "word" && value != "segment")
      return core::invalid(fmt::format("timestamp_granularities \"{}\" given; word or segment expected", value));
    (value == "word" ? words : segments) = true;
  } else if (name == "stream") {
    stream = value == "true" || value == "True";
  } else if (name != "language" && name != "prompt" && name != "temperature" && name != "chunking_strategy") {
    return core::invalid(fmt::format("the field \"{}\" asks for what is not here", name));
  }
  return {};
}

OpenaiAnswer openai_answer(const Transcript& transcript, const OpenaiOptions& options) {
  if (options.stream) return {"text/event-stream", events(transcript)};
  switch (options.format) {
    case Format::text: return {"text/plain; charset=utf-8", transcript.text() + "\n"};
    case Format::srt: return {"text/plain; charset=utf-8", captions(transcript, true)};
    case Format::vtt: return {"text/vtt; charset=utf-8", captions(transcript, false)};
    case Format::verbose_json: return {"application/json", json::serialize(verbose(transcript, options))};
    case Format::json: break;
  }
  return {"application/json", json::serialize(json::object{{"text", transcript.text()}, {"usage", usage(transcript)}})};
}

}  // namespace slipway::speech
