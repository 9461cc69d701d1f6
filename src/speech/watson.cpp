#include "speech/watson.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/percent_coding.hpp"
#include "speech/phrase_run.hpp"
#include "speech/smart_format.hpp"
#include "speech/sound.hpp"
#include "speech/words.hpp"

namespace slipway::speech {

namespace json = boost::json;
using namespace std::string_view_literals;

namespace {

/// Watson's own words for what no model here does.
constexpr std::array not_here{"smart_formatting_version"sv,
                              "speaker_labels"sv,
                              "keywords"sv,
                              "keywords_threshold"sv,
                              "word_alternatives_threshold"sv,
                              "language_customization_id"sv,
                              "acoustic_customization_id"sv,
                              "customization_id"sv,
                              "customization_weight"sv,
                              "base_model_version"sv,
                              "grammar_name"sv,
                              "redaction"sv,
                              "processing_metrics"sv,
                              "processing_metrics_interval"sv,
                              "audio_metrics"sv,
                              "end_of_phrase_silence_time"sv,
                              "speech_detector_sensitivity"sv,
                              "sad_module"sv,
                              "background_audio_suppression"sv,
                              "low_latency"sv,
                              "character_insertion_bias"sv,
                              "speech_begin_event"sv,
                              "enrich_results"sv};
/// Pauses that are shorter do not end a result (Watson's end_of_phrase_silence_time).
constexpr double joining_pause = 0.8;

core::Result<bool> truth(std::string_view name, std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return core::invalid(fmt::format("{}={} given, true or false expected", name, value));
}

core::Result<double> number(std::string_view name, std::string_view value) {
  double parsed = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (failure == std::errc() && end == value.data() + value.size() && std::isfinite(parsed)) return parsed;
  return core::invalid(fmt::format("{}={} given, a number expected", name, value));
}

/// A model of one language names none.
bool is_english(const Phrase& phrase) { return phrase.language.empty() || phrase.language.starts_with("en"); }

double rounded(double seconds) { return std::round(seconds * 100) / 100; }

std::vector<Phrase> joined(const std::vector<Phrase>& phrases) {
  std::vector<Phrase> all;
  for (const Phrase& phrase : phrases) {
    if (all.empty() || phrase.begin - all.back().end >= joining_pause) {
      all.push_back(phrase);
      continue;
    }
    Phrase& last = all.back();
    last.end = phrase.end;
    last.text += " " + phrase.text;
    last.words.insert(last.words.end(), phrase.words.begin(), phrase.words.end());
    if (last.confidence && phrase.confidence) last.confidence = std::min(*last.confidence, *phrase.confidence);
  }
  return all;
}

}  // namespace

core::Result<void> WatsonOptions::set(std::string_view name, std::string_view value) {
  if (name == "model") {
    model = value;
  } else if (name == "content-type" || name == "content_type") {
    content_type = value;
  } else if (name == "timestamps") {
    TRY(timestamps, truth(name, value));
  } else if (name == "word_confidence") {
    TRY(word_confidence, truth(name, value));
  } else if (name == "profanity_filter") {
    TRY(profanity_filter, truth(name, value));
  } else if (name == "smart_formatting") {
    TRY(smart_formatting, truth(name, value));
  } else if (name == "split_transcript_at_phrase_end") {
    TRY(split_at_phrase_end, truth(name, value));
  } else if (name == "interim_results") {
    TRY(interim_results, truth(name, value));
  } else if (name == "inactivity_timeout") {
    TRY(inactivity_timeout, number(name, value));
  } else if (name == "max_alternatives") {
    TRY(const double most, number(name, value));
    if (most > 1) warnings.emplace_back("max_alternatives: the models here give one");
  } else if (std::ranges::find(not_here, name) != not_here.end()) {
    if (value != "false") warnings.push_back(fmt::format("Unsupported parameter: {}.", name));
  } else if (name != "action" && name != "access_token" && name != "x-watson-learning-opt-out" &&
             name != "x-watson-metadata") {
    warnings.push_back(fmt::format("Unknown arguments: {}.", name));
  }
  return {};
}

core::Result<void> WatsonOptions::set_json(std::string_view name, const json::value& value) {
  return set(name, value.is_string() ? std::string(value.as_string()) : json::serialize(value));
}

json::object watson_result(const Phrase& phrase, const WatsonOptions& options, bool final) {
  const auto clean = [&](const std::string& text) { return options.profanity_filter ? without_profanity(text) : text; };
  const bool formats = final && options.smart_formatting && is_english(phrase);
  json::object alternative{{"transcript", clean(formats ? smart_format(phrase.text) : phrase.text) + " "}};
  if (final && phrase.confidence) alternative["confidence"] = rounded(*phrase.confidence);
  if (options.timestamps && !phrase.words.empty()) {
    json::array& times = alternative["timestamps"].emplace_array();
    for (const Word& word : phrase.words)
      times.push_back(json::array{clean(word.text), rounded(word.begin), rounded(word.end)});
  }
  if (options.word_confidence && final) {
    json::array confidences;
    for (const Word& word : phrase.words) {
      if (word.confidence) confidences.push_back(json::array{clean(word.text), rounded(*word.confidence)});
    }
    if (!confidences.empty()) alternative["word_confidence"] = std::move(confidences);
  }
  return {{"final", final}, {"alternatives", json::array{std::move(alternative)}}};
}

void warn_of_missing(WatsonOptions& options, const std::vector<Phrase>& phrases, std::string_view model) {
  if (phrases.empty()) return;
  const bool times = std::ranges::any_of(phrases, [](const Phrase& phrase) { return !phrase.words.empty(); });
  const bool sure = std::ranges::any_of(phrases, [](const Phrase& phrase) { return phrase.confidence.has_value(); });
  if (options.timestamps && !times)
    options.warnings.push_back(fmt::format("timestamps: the model \"{}\" does not tell the times of words", model));
  const auto foreign = std::ranges::find_if_not(phrases, is_english);
  if (options.smart_formatting && foreign != phrases.end())
    options.warnings.push_back(
        fmt::format("smart_formatting: English alone is formatted, not \"{}\"", foreign->language));
  if (options.word_confidence && !(times && sure))
    options.warnings.push_back(fmt::format("word_confidence: the model \"{}\" does not tell how sure it is", model));
}

std::string watson_answer(const Transcript& transcript, WatsonOptions options, std::string_view model) {
  warn_of_missing(options, transcript.phrases, model);
  json::array results;
  const auto phrases = options.split_at_phrase_end ? transcript.phrases : joined(transcript.phrases);
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    json::object result = watson_result(phrases[i], options, true);
    if (options.split_at_phrase_end) result["end_of_utterance"] = i + 1 < phrases.size() ? "silence" : "end_of_data";
    results.push_back(std::move(result));
  }
  json::object answer{{"result_index", 0}, {"results", std::move(results)}};
  if (!options.warnings.empty()) answer["warnings"] = json::value_from(options.warnings);
  return json::serialize(answer);
}

json::object watson_model(const models::ModelVersion& version) {
  return {{"name", version.name()},
          {"language", language_of(version)},
          {"rate", sample_rate},
          {"url", "/v1/models/" + core::path_segment(version.name())},
          {"supported_features",
           {{"custom_language_model", false},
            {"custom_acoustic_model", false},
            {"speaker_labels", false},
            {"low_latency", false}}},
          {"description", version.spec().description}};
}

}  // namespace slipway::speech
