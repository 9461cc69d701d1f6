#include "recogniser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

namespace slipway::speech_backend {

namespace {

constexpr std::int32_t feature_bins = 80;
/// Models of convolutions fail on less; what is missing is silence.
constexpr std::size_t samples_min = sample_rate / 2;
constexpr std::size_t whisper_samples_max = std::size_t{30} * sample_rate;
constexpr std::size_t usual_samples_max = std::size_t{300} * sample_rate;
/// Streaming models give the last word only when something follows.
constexpr std::size_t tail_samples = sample_rate * 2 / 3;

template <class Pointer, class Destroy>
auto owned(Pointer* pointer, Destroy destroy, const char* what) {
  if (pointer == nullptr) throw std::runtime_error(fmt::format("sherpa-onnx gave no {}", what));
  return std::unique_ptr<Pointer, Destroy>(pointer, destroy);
}

template <class Result>
Heard heard_from(const Result& result) {
  Heard heard;
  heard.text = result.text == nullptr ? "" : result.text;
  const auto count = static_cast<std::size_t>(std::max(result.count, 0));
  if (result.tokens_arr != nullptr) heard.tokens.assign(result.tokens_arr, result.tokens_arr + count);
  if (result.timestamps != nullptr) heard.times.assign(result.timestamps, result.timestamps + count);
  return heard;
}

/// What recognisers of whole recordings and of streams are told alike. The texts are those of `model` and `options`.
template <class Config>
void set_common(Config& config, const SpeechModel& model, const RecogniserOptions& options) {
  config.feat_config = {.sample_rate = sample_rate, .feature_dim = feature_bins};
  config.decoding_method = options.decoding_method.c_str();
  config.max_active_paths = 4;
  config.model_config.tokens = model.file("tokens").c_str();
  config.model_config.num_threads = options.threads;
  config.model_config.provider = "cpu";
}

}  // namespace

void RecogniserOptions::set(std::string_view key, std::string_view value) {
  as_given.emplace_back(key, value);
  if (key == "kind") {
    kind.kind = value;
  } else if (key == "int8") {
    if (value != "true" && value != "false")
      throw std::invalid_argument(fmt::format("option int8 \"{}\": true or false expected", value));
    kind.int8 = value == "true";
  } else if (key == "language") {
    language = value;
  } else if (key == "task") {
    if (value != "transcribe" && value != "translate")
      throw std::invalid_argument(fmt::format("option task \"{}\": transcribe or translate expected", value));
    task = value;
  } else if (key == "decoding_method") {
    if (value != "greedy_search" && value != "modified_beam_search") {
      throw std::invalid_argument(
          fmt::format("option decoding_method \"{}\": greedy_search or modified_beam_search expected", value));
    }
    decoding_method = value;
  } else {
    throw std::invalid_argument(
        fmt::format("option \"{}\" is not known; there are kind, int8, language, task, decoding_method", key));
  }
}

Recogniser::Recogniser(const Library& library, SpeechModel model, const RecogniserOptions& options)
    : library_(library), model_(std::move(model)) {
  if (model_.streaming) {
    load_online(options);
  } else {
    load_offline(options);
  }
  if (offline_ == nullptr && online_ == nullptr)
    throw std::runtime_error(fmt::format("sherpa-onnx could not load it as {}", model_.kind));
}

Recogniser::~Recogniser() {
  if (offline_ != nullptr) library_.destroy_offline(offline_);
  if (online_ != nullptr) library_.destroy_online(online_);
}

void Recogniser::load_offline(const RecogniserOptions& options) {
  SherpaOnnxOfflineRecognizerConfig config{};
  set_common(config, model_, options);
  auto& models = config.model_config;
  const auto file = [this](const char* role) { return model_.file(role).c_str(); };
  const std::string& kind = model_.kind;
  const char* model = file("model");
  if (kind == "transducer") {
    models.transducer = {.encoder = file("encoder"), .decoder = file("decoder"), .joiner = file("joiner")};
    if (onnx_metadata(model_.file("encoder"), "model_type").starts_with("EncDec"))
      models.model_type = "nemo_transducer";
  } else if (kind == "moonshine") {
    models.moonshine = {.preprocessor = file("preprocessor"),
                        .encoder = file("encoder"),
                        .uncached_decoder = file("uncached_decoder"),
                        .cached_decoder = file("cached_decoder"),
                        .merged_decoder = file("merged_decoder")};
  } else if (kind == "whisper") {
    models.whisper.encoder = file("encoder");
    models.whisper.decoder = file("decoder");
    models.whisper.language = options.language.c_str();
    models.whisper.task = options.task.c_str();
    models.whisper.tail_paddings = -1;
  } else if (kind == "canary") {
    const char* language = options.language.empty() ? "en" : options.language.c_str();
    models.canary = {.encoder = file("encoder"),
                     .decoder = file("decoder"),
                     .src_lang = language,
                     .tgt_lang = language,
                     .use_pnc = 1};
  } else if (kind == "fire_red_asr") {
    models.fire_red_asr = {.encoder = file("encoder"), .decoder = file("decoder")};
  } else if (kind == "sense_voice") {
    models.sense_voice = {.model = model, .language = options.language.c_str(), .use_itn = 1};
  } else if (kind == "paraformer") {
    models.paraformer.model = model;
  } else if (kind == "nemo_ctc") {
    models.nemo_ctc.model = model;
  } else if (kind == "zipformer_ctc") {
    models.zipformer_ctc.model = model;
  } else if (kind == "wenet_ctc") {
    models.wenet_ctc.model = model;
  } else if (kind == "tdnn") {
    models.tdnn.model = model;
  } else if (kind == "telespeech_ctc") {
    models.telespeech_ctc = model;
  } else if (kind == "dolphin") {
    models.dolphin.model = model;
  } else if (kind == "omnilingual") {
    models.omnilingual.model = model;
  }
  offline_ = library_.create_offline(&config);
}

void Recogniser::load_online(const RecogniserOptions& options) {
  SherpaOnnxOnlineRecognizerConfig config{};
  set_common(config, model_, options);
  auto& models = config.model_config;
  const auto file = [this](const char* role) { return model_.file(role).c_str(); };
  if (model_.kind == "transducer") {
    models.transducer = {.encoder = file("encoder"), .decoder = file("decoder"), .joiner = file("joiner")};
  } else if (model_.kind == "paraformer") {
    models.paraformer = {.encoder = file("encoder"), .decoder = file("decoder")};
  } else if (model_.kind == "zipformer_ctc") {
    models.zipformer2_ctc.model = file("model");
  } else if (model_.kind == "nemo_ctc") {
    models.nemo_ctc.model = file("model");
  } else if (model_.kind == "t_one_ctc") {
    models.t_one_ctc.model = file("model");
  } else {
    throw std::domain_error(fmt::format("streaming models of the kind {} are not known", model_.kind));
  }
  online_ = library_.create_online(&config);
}

std::size_t Recogniser::samples_max() const {
  return model_.kind == "whisper" ? whisper_samples_max : usual_samples_max;
}

Heard Recogniser::hear(const float* samples, std::size_t count) const {
  std::vector<float> padded;
  if (count < samples_min) {
    padded.assign(samples, samples + count);
    padded.resize(samples_min);
    samples = padded.data();
    count = padded.size();
  }
  const auto length = static_cast<std::int32_t>(count);
  return online_ != nullptr ? hear_online(samples, length) : hear_offline(samples, length);
}

Heard Recogniser::hear_offline(const float* samples, std::int32_t count) const {
  const auto stream = owned(library_.create_offline_stream(offline_), library_.destroy_offline_stream, "stream");
  library_.accept_offline(stream.get(), sample_rate, samples, count);
  library_.decode_offline(offline_, stream.get());
  const auto result = owned(library_.offline_result(stream.get()), library_.destroy_offline_result, "result");
  Heard heard = heard_from(*result);
  if (result->ys_log_probs != nullptr)
    heard.log_probabilities.assign(result->ys_log_probs, result->ys_log_probs + std::max(result->count, 0));
  if (result->lang != nullptr) heard.language = result->lang;
  return heard;
}

Heard Recogniser::hear_online(const float* samples, std::int32_t count) const {
  const auto stream = owned(library_.create_online_stream(online_), library_.destroy_online_stream, "stream");
  const std::vector<float> tail(tail_samples);
  library_.accept_online(stream.get(), sample_rate, samples, count);
  library_.accept_online(stream.get(), sample_rate, tail.data(), static_cast<std::int32_t>(tail.size()));
  library_.finish_online(stream.get());
  while (library_.is_online_ready(online_, stream.get()) != 0) library_.decode_online(online_, stream.get());
  const auto result = owned(library_.online_result(online_, stream.get()), library_.destroy_online_result, "result");
  return heard_from(*result);
}

}  // namespace slipway::speech_backend
