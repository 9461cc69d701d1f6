#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/error.hpp"
#include "runtime/backend_registry.hpp"
#include "runtime/model.hpp"

namespace slipway::speech {

/// Silero VAD: how likely it is that somebody speaks, for each window of 32 ms. It is loaded once and shared by all
/// sessions; what it remembers of a sound is in the sound's own State. Safe from any thread; no more runs at a
/// time than there are processors.
class VoiceModel {
 public:
  /// invalid_argument when the file is not Silero VAD (version 5 or later).
  static core::Result<std::unique_ptr<VoiceModel>> load(runtime::BackendRegistry& backends,
                                                        const std::filesystem::path& file);

  /// What the model remembers: its state, and the end of the window before.
  struct State {
    std::array<float, 256> memory{};
    std::array<float, 64> context{};
  };

  /// From 0 to 1. `window` has window_samples.
  core::Result<float> probability(State& state, std::span<const float> window);

 private:
  VoiceModel() = default;
  std::unique_ptr<runtime::Runner> take();
  void put_back(std::unique_ptr<runtime::Runner> instance);

  std::shared_ptr<runtime::Model> model_;
  std::uint32_t probability_at_ = 0;  ///< which output it is; the state is the other
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<runtime::Runner>> idle_;
};

}  // namespace slipway::speech
