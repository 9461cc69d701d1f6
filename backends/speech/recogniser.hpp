#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kind.hpp"
#include "library.hpp"

namespace slipway::speech_backend {

constexpr std::int32_t sample_rate = 16'000;

/// How a model is run; the keys of `backend_options`.
struct RecogniserOptions {
  KindOptions kind;
  std::string language;                           ///< "" lets the model tell
  std::string task = "transcribe";                ///< or "translate"
  std::string decoding_method = "greedy_search";  ///< or "modified_beam_search"
  std::int32_t threads = 1;
  std::vector<std::pair<std::string, std::string>> as_given;

  /// Throws std::invalid_argument for a key or a value that is not known.
  void set(std::string_view key, std::string_view value);
};

/// What was heard. What a model does not give is empty.
struct Heard {
  std::string text;
  std::vector<std::string> tokens;
  std::vector<float> times;              ///< s, where each token begins
  std::vector<float> log_probabilities;  ///< of each token
  std::string language;
};

/// A loaded model of sherpa-onnx. Safe from several threads at a time: what belongs to one recording is in its stream.
class Recogniser {
 public:
  /// Throws std::runtime_error where sherpa-onnx gives none. It ends the process on files that it cannot read, which
  /// is why `check_model` comes first.
  Recogniser(const Library& library, SpeechModel model, const RecogniserOptions& options);
  ~Recogniser();
  Recogniser(const Recogniser&) = delete;
  Recogniser& operator=(const Recogniser&) = delete;

  const SpeechModel& model() const { return model_; }
  /// The longest recording in one run; longer ones a model would cut without a word.
  std::size_t samples_max() const;
  Heard hear(const float* samples, std::size_t count) const;

 private:
  void load_offline(const RecogniserOptions& options);
  void load_online(const RecogniserOptions& options);
  Heard hear_offline(const float* samples, std::int32_t count) const;
  Heard hear_online(const float* samples, std::int32_t count) const;

  const Library& library_;
  SpeechModel model_;
  const SherpaOnnxOfflineRecognizer* offline_ = nullptr;
  const SherpaOnnxOnlineRecognizer* online_ = nullptr;
};

}  // namespace slipway::speech_backend
