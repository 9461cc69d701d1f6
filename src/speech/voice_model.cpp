#include "speech/voice_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/cpus.hpp"
#include "core/tensor.hpp"
#include "runtime/model_format.hpp"
#include "speech/sound.hpp"

namespace slipway::speech {

namespace {

constexpr std::int64_t rate = sample_rate;

std::span<const std::byte> bytes_of(const auto& values) { return std::as_bytes(std::span(values)); }

}  // namespace

core::Result<std::unique_ptr<VoiceModel>> VoiceModel::load(runtime::BackendRegistry& backends,
                                                           const std::filesystem::path& file) {
  std::unique_ptr<VoiceModel> made(new VoiceModel());
  runtime::LoadOptions options;
  options.path = file;
  options.format = runtime::detect_format(file);
  options.instances = core::usable_cpus();
  TRY(made->model_, backends.load("first", options));
  const auto& inputs = made->model_->inputs();
  const auto& outputs = made->model_->outputs();
  const bool known = inputs.size() == 3 && inputs[0].name == "input" && inputs[1].name == "state" &&
                     inputs[2].name == "sr" && outputs.size() == 2;
  if (!known) {
    return core::invalid(fmt::format("{}: inputs {} given, those of Silero VAD (input, state, sr) expected",
                                     file.string(), core::quoted_names(inputs)));
  }
  made->probability_at_ = outputs[0].name == "output" ? 0 : 1;
  TRY(made->idle_, runtime::create_instances(made->model_));
  return made;
}

std::unique_ptr<runtime::Runner> VoiceModel::take() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return !idle_.empty(); });
  auto instance = std::move(idle_.back());
  idle_.pop_back();
  return instance;
}

void VoiceModel::put_back(std::unique_ptr<runtime::Runner> instance) {
  {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(instance));
  }
  freed_.notify_one();
}

core::Result<float> VoiceModel::probability(State& state, std::span<const float> window) {
  std::array<float, std::tuple_size_v<decltype(state.context)> + window_samples> heard{};
  const auto* const rest = std::ranges::copy(state.context, heard.begin()).out;
  std::copy_n(window.begin(), window_samples, heard.begin() + (rest - heard.begin()));
  const std::array<core::TensorView, 3> inputs{
      core::TensorView{"input", core::DataType::fp32, {1, static_cast<std::int64_t>(heard.size())}, bytes_of(heard)},
      core::TensorView{"state", core::DataType::fp32, {2, 1, 128}, bytes_of(state.memory)},
      core::TensorView{"sr", core::DataType::int64, {}, std::as_bytes(std::span(&rate, 1))}};
  constexpr std::array<std::uint32_t, 2> both{0, 1};
  auto instance = take();
  auto answer = instance->run(inputs, both);
  put_back(std::move(instance));
  if (!answer) return std::unexpected(answer.error());
  const core::Tensor& probability = (*answer)[probability_at_];
  const core::Tensor& memory = (*answer)[1 - probability_at_];
  if (probability.data.size() != sizeof(float) || memory.data.size() != sizeof state.memory)
    return core::fail(core::Code::internal, "the voice detector gave outputs of other sizes than Silero VAD's");
  std::memcpy(state.memory.data(), memory.data.data(), sizeof state.memory);
  std::copy_n(window.end() - static_cast<std::ptrdiff_t>(state.context.size()), state.context.size(),
              state.context.begin());
  return core::load<float>(probability.data.data());
}

}  // namespace slipway::speech
