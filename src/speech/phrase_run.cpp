#include "speech/phrase_run.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/buffer.hpp"
#include "core/tensor.hpp"
#include "speech/sound.hpp"
#include "speech/words.hpp"

namespace slipway::speech {

namespace {

/// The outputs of a speech model, in its order.
enum Output : std::uint32_t { text, tokens, times, log_probabilities, language, count };

core::Result<std::vector<std::string>> texts_of(const core::Tensor& tensor) {
  TRY(const auto elements, core::read_bytes_elements(tensor.data.bytes(), tensor.shape.empty() ? 1 : tensor.shape[0]));
  return std::vector<std::string>(elements.begin(), elements.end());
}

std::vector<float> floats_of(const core::Tensor& tensor) {
  std::vector<float> values(tensor.data.size() / sizeof(float));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = core::load<float>(tensor.data.data() + i * sizeof(float));
  return values;
}

core::Result<Phrase> phrase_from(const core::Response& response, double begin, double end) {
  if (response.outputs.size() != Output::count)
    return core::fail(core::Code::internal, "a speech model gave another number of outputs than it declares");
  TRY(const auto heard, texts_of(response.outputs[text]));
  TRY(auto pieces, texts_of(response.outputs[tokens]));
  TRY(auto told, texts_of(response.outputs[language]));
  Tokens parts{std::move(pieces), floats_of(response.outputs[times]), floats_of(response.outputs[log_probabilities])};
  Phrase phrase{.begin = begin,
                .end = end,
                .text = std::string(trimmed(heard.empty() ? "" : heard.front())),
                .words = words_from(parts, begin, end),
                .confidence = std::nullopt,
                .language = told.empty() ? "" : std::move(told.front())};
  if (!parts.log_probabilities.empty()) {
    const float sum = std::reduce(parts.log_probabilities.begin(), parts.log_probabilities.end(), 0.0F);
    phrase.confidence = std::exp(sum / static_cast<float>(parts.log_probabilities.size()));
  }
  return phrase;
}

}  // namespace

bool listens(const models::ModelVersion& version) { return version.model().options().format == "speech"; }

std::string language_of(const models::ModelVersion& version) {
  const auto& options = version.spec().backend_options;
  const auto told = std::ranges::find(options, "language", [](const auto& option) { return option.first; });
  return told == options.end() ? "" : told->second;
}

void hear(const models::Handle& version, std::vector<float> samples, std::size_t offset,
          std::shared_ptr<const std::atomic<bool>> cancelled, PhraseDone done) {
  const double begin = seconds_of(offset);
  const double length = seconds_of(samples.size());
  scheduler::Job job;
  core::Request& request = job.request;
  request.model = version->name();
  request.version = version->version();
  request.cancelled = std::move(cancelled);
  request.storage.push_back(core::Buffer::copy_of(std::as_bytes(std::span(samples))));
  request.inputs.push_back({version->inputs().front().name,
                            core::DataType::fp32,
                            {static_cast<std::int64_t>(samples.size())},
                            request.storage.front().bytes()});
  job.outputs.resize(Output::count);
  std::iota(job.outputs.begin(), job.outputs.end(), 0U);
  job.done = [held = version, begin, length, spoken = language_of(*version),
              done = std::move(done)](core::Result<core::Response> response) mutable {
    if (!response) return done(std::unexpected(std::move(response).error()));
    auto phrase = phrase_from(*response, begin, begin + length);
    if (!phrase) return done(std::unexpected(std::move(phrase).error()));
    if (phrase->language.empty()) phrase->language = spoken;
    done(PhraseHeard{*std::move(phrase), length, core::seconds(response->timing.compute)});
  };
  version->infer(std::move(job));
}

}  // namespace slipway::speech
