// speech_check BACKEND_DIR FOLDER [KEY=VALUE…]: loads a speech model and hears silence with it; exit status 0 when that
// went well. See check.hpp.
#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include "recogniser.hpp"

int main(int count, char** words) {
  namespace speech = slipway::speech_backend;
  if (count < 3) return 2;
  try {
    speech::RecogniserOptions options;
    for (int i = 3; i < count; ++i) {
      const std::string word = words[i];
      const auto equals = word.find('=');
      options.set(word.substr(0, equals), word.substr(equals + 1));
    }
    const speech::Library library = speech::load_library(words[1]);
    const speech::Recogniser recogniser(library, speech::speech_model_in(words[2], options.kind), options);
    const std::array<float, speech::sample_rate / 2> silence{};
    recogniser.hear(silence.data(), silence.size());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
