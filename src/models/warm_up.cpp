#include "models/warm_up.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <numeric>
#include <random>
#include <utility>

namespace slipway::models {

using core::invalid;

namespace {

void fill_randomly(core::Tensor& tensor) {
  std::mt19937 random(7);
  if (tensor.dtype == core::DataType::fp32) {
    std::uniform_real_distribution<float> uniform;
    for (std::size_t at = 0; at + sizeof(float) <= tensor.data.size(); at += sizeof(float)) {
      const float value = uniform(random);
      std::memcpy(tensor.data.data() + at, &value, sizeof value);
    }
    return;
  }
  // any bits of 7 make numbers of every other type, small ones of the floating-point types
  constexpr std::uint32_t low_bits = 0x7f;
  for (std::size_t at = 0; at < tensor.data.size(); at += core::element_size(tensor.dtype))
    tensor.data.data()[at] =
        static_cast<std::byte>(tensor.dtype == core::DataType::boolean ? random() & 1U : random() & low_bits);
}

core::Result<void> fill_from(const std::filesystem::path& path, core::Tensor& tensor) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return core::fail(core::Code::not_found, fmt::format("{}: cannot be read", path.string()));
  const auto size = static_cast<std::size_t>(file.tellg());
  constexpr std::size_t most_bytes = 1U << 30U;
  if (size > most_bytes || (tensor.dtype != core::DataType::bytes && size != tensor.data.size())) {
    return invalid(fmt::format("{}: {} bytes, {} expected", path.string(), size, tensor.data.size()));
  }
  tensor.data.resize(size);
  file.seekg(0);
  file.read(reinterpret_cast<char*>(tensor.data.data()), static_cast<std::streamsize>(size));
  return {};
}

/// Of one input of a warm-up.
constexpr std::size_t most_tensor_bytes = 256U << 20U;

core::Result<core::Tensor> tensor_of(const config::WarmUp& warm_up, const config::WarmUp::Input& input,
                                     const core::TensorInfo& info) {
  core::Tensor made{.name = info.name, .dtype = info.dtype, .shape = input.dims, .data = {}};
  if (warm_up.batch_size > 0) made.shape.insert(made.shape.begin(), warm_up.batch_size);
  if (input.dtype != info.dtype || !core::matches(made.shape, info.shape)) {
    return invalid(fmt::format(R"(input "{}": {} {} given, {} {} expected)", info.name, core::name_of(input.dtype),
                               core::to_string(made.shape), core::name_of(info.dtype), core::to_string(info.shape)));
  }
  const std::size_t element = info.dtype == core::DataType::bytes ? 4 : core::element_size(info.dtype);
  const auto count = core::element_count(made.shape);
  if (!count || static_cast<std::size_t>(*count) > most_tensor_bytes / element) {
    return invalid(fmt::format(R"(input "{}": {} is more than the {} MiB that a warm-up may have)", info.name,
                               core::to_string(made.shape), most_tensor_bytes >> 20U));
  }
  made.data.resize(static_cast<std::size_t>(*count) * element);
  std::ranges::fill(std::span(made.data.data(), made.data.size()), std::byte{0});
  if (!input.file.empty()) {
    TRY_VOID(fill_from(input.file, made));
    TRY_VOID(core::check_size(made.view()));
  } else if (input.random && info.dtype != core::DataType::bytes) {
    fill_randomly(made);
  }
  return made;
}

core::Result<void> run_one(runtime::Runner& runner, const config::WarmUp& warm_up,
                           const std::vector<core::TensorInfo>& inputs, std::size_t outputs) {
  std::vector<core::Tensor> tensors;
  for (const core::TensorInfo& info : inputs) {
    const auto given = std::ranges::find(warm_up.inputs, info.name, &config::WarmUp::Input::name);
    if (given == warm_up.inputs.end()) return invalid(fmt::format(R"(input "{}" is missing)", info.name));
    TRY(auto tensor, tensor_of(warm_up, *given, info));
    tensors.push_back(std::move(tensor));
  }
  std::vector<core::TensorView> views;
  views.reserve(tensors.size());
  for (const core::Tensor& tensor : tensors) views.push_back(tensor.view());
  std::vector<std::uint32_t> wanted(outputs);
  std::iota(wanted.begin(), wanted.end(), 0U);
  for (std::uint32_t i = 0; i < warm_up.count; ++i) TRY_VOID(runner.run(views, wanted));
  return {};
}

}  // namespace

core::Result<void> warm_up(runtime::Runner& runner, const std::vector<config::WarmUp>& warm_ups,
                           const std::vector<core::TensorInfo>& inputs, const std::vector<core::TensorInfo>& outputs) {
  for (const config::WarmUp& one : warm_ups) {
    if (auto ran = run_one(runner, one, inputs, outputs.size()); !ran)
      return std::unexpected(ran.error().within(fmt::format(R"(model_warmup "{}")", one.name)));
  }
  return {};
}

}  // namespace slipway::models
