#pragma once

#include <optional>
#include <string>
#include <vector>

namespace slipway::speech {

struct Word {
  std::string text;
  double begin = 0;  ///< seconds from the beginning of the recording
  double end = 0;
  std::optional<double> confidence;  ///< from 0 to 1, where the model gives it
};

/// What was heard in a part of a recording.
struct Phrase {
  double begin = 0;  ///< seconds from the beginning of the recording
  double end = 0;
  std::string text;         ///< without space at its ends
  std::vector<Word> words;  ///< empty where the model gives no times
  std::optional<double> confidence;
  std::string language;  ///< "" where the model does not tell
};

struct Transcript {
  std::vector<Phrase> phrases;  ///< in the order of the recording; those without words are left out
  double seconds = 0;           ///< of the recording

  std::string text() const {
    std::string all;
    for (const Phrase& phrase : phrases) all += (all.empty() ? "" : " ") + phrase.text;
    return all;
  }
};

}  // namespace slipway::speech
