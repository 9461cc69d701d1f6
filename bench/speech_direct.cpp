// bench_speech_direct LIBRARY_DIR FOLDER RUNS FILE…: what sherpa-onnx itself needs for recordings of 32-bit floats at
// 16 kHz, on one thread, without Slipway: a line "seconds of sound, seconds of the fastest run" for each, and the text.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "recogniser.hpp"

namespace {

std::vector<float> samples_of(const char* path) {
  std::vector<float> samples(std::filesystem::file_size(path) / sizeof(float));
  std::ifstream(path, std::ios::binary)
      .read(reinterpret_cast<char*>(samples.data()), static_cast<std::streamsize>(samples.size() * sizeof(float)));
  return samples;
}

}  // namespace

int main(int count, char** words) {
  namespace speech = slipway::speech_backend;
  if (count < 5) return 2;
  const speech::Library library = speech::load_library(words[1]);
  const speech::RecogniserOptions options;
  const speech::Recogniser recogniser(library, speech::speech_model_in(words[2], {}), options);
  const int runs = std::max(1, std::atoi(words[3]));
  for (int file = 4; file < count; ++file) {
    const std::vector<float> samples = samples_of(words[file]);
    double fastest = 1e9;
    std::string text;
    for (int run = 0; run < runs; ++run) {
      const auto begin = std::chrono::steady_clock::now();
      text = recogniser.hear(samples.data(), samples.size()).text;
      fastest = std::min(fastest, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    fmt::print("{} {} {}\n", static_cast<double>(samples.size()) / speech::sample_rate, fastest, text);
  }
  return 0;
}
