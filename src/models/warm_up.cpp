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

/// Of one input of a warm-up.
constexpr std::size_t most_tensor_bytes = 256U << 20U;

/// The bytes of the first texts of a file, `count` of them, each behind its length.
core::Result<std::size_t> size_of_texts(std::span<const std::byte> bytes, std::int64_t count) {
  std::size_t at = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    constexpr std::size_t length_size = sizeof(std::uint32_t);
    const std::size_t left = bytes.size() - at;
    if (left < length_size || left - length_size < core::load<std::uint32_t>(bytes.data() + at))
      return invalid(fmt::format("{} whole texts, each behind its length of 4 bytes, at least {} expected", i, count));
    at += length_size + core::load<std::uint32_t>(bytes.data() + at);
  }
  return at;
}

/// Takes what a sample needs from the beginning of a file, which may hold more.
core::Result<void> fill_from(const std::filesystem::path& path, std::int64_t count, core::Tensor& tensor) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff end = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  if (end < 0) return core::fail(core::Code::not_found, fmt::format("{}: cannot be read", path.string()));
  const auto size = static_cast<std::size_t>(end);
  const bool texts = tensor.dtype == core::DataType::bytes;
  if (texts ? size > most_tensor_bytes : size < tensor.data.size()) {
    return invalid(fmt::format("{}: {} bytes, at {} {} expected", path.string(), size, texts ? "most" : "least",
                               texts ? most_tensor_bytes : tensor.data.size()));
  }
  if (texts) tensor.data.resize(size);
  file.seekg(0);
  if (!file.read(reinterpret_cast<char*>(tensor.data.data()), static_cast<std::streamsize>(tensor.data.size())))
    return core::fail(core::Code::not_found, fmt::format("{}: cannot be read", path.string()));
  if (!texts) return {};
  const auto needed = size_of_texts(tensor.data.bytes(), count);
  if (!needed) return std::unexpected(needed.error().within(path.string()));
  tensor.data.resize(*needed);
  return {};
}

core::Error too_large(const core::TensorInfo& info, const core::Shape& shape) {
  return {core::Code::invalid_argument, fmt::format(R"(input "{}": {} is more than the {} MiB that a warm-up may have)",
                                                    info.name, core::to_string(shape), most_tensor_bytes >> 20U)};
}

/// What one request of a warm-up gives an input.
core::Result<core::Tensor> sample_of(const config::WarmUp::Input& input, const core::TensorInfo& info,
                                     core::Shape shape) {
  core::Tensor made{.name = info.name, .dtype = info.dtype, .shape = std::move(shape), .data = {}};
  const std::size_t element = info.dtype == core::DataType::bytes ? 4 : core::element_size(info.dtype);
  const auto count = core::element_count(made.shape);
  if (!count || static_cast<std::size_t>(*count) > most_tensor_bytes / element)
    return std::unexpected(too_large(info, made.shape));
  made.data.resize(static_cast<std::size_t>(*count) * element);
  std::ranges::fill(made.data.bytes(), std::byte{0});
  if (!input.file.empty()) {
    TRY_VOID(fill_from(input.file, *count, made));
  } else if (input.random && info.dtype != core::DataType::bytes) {
    fill_randomly(made);
  }
  return made;
}

/// The sample as often as there are rows, one behind the other.
core::Result<core::Tensor> repeated(core::Tensor sample, std::int64_t rows, const core::TensorInfo& info) {
  if (rows == 1 || sample.shape.empty()) return sample;
  sample.shape.front() *= rows;
  const std::size_t size = sample.data.size();
  const auto times = static_cast<std::size_t>(rows);
  if (size > most_tensor_bytes / times) return std::unexpected(too_large(info, sample.shape));
  sample.data.resize(size * times);
  for (std::size_t i = 1; i < times; ++i) std::memcpy(sample.data.data() + i * size, sample.data.data(), size);
  return sample;
}

core::Result<core::Tensor> tensor_of(const config::WarmUp::Input& input, const core::TensorInfo& info,
                                     const Signature& signature, std::int64_t rows) {
  if (input.dtype != info.dtype) {
    return invalid(fmt::format(R"(input "{}": {} given, {} expected)", info.name, core::name_of(input.dtype),
                               core::name_of(info.dtype)));
  }
  TRY(auto shape, signature.one_row(info, input.dims));
  TRY(auto sample, sample_of(input, info, std::move(shape)));
  return repeated(std::move(sample), rows, info);
}

core::Result<void> run_one(runtime::Runner& runner, const config::WarmUp& warm_up, const Warmed& model) {
  const std::int64_t rows = model.joins ? warm_up.batch_size : 1;
  std::vector<core::Tensor> tensors;
  for (const core::TensorInfo& info : model.inputs) {
    const auto given = std::ranges::find(warm_up.inputs, info.name, &config::WarmUp::Input::name);
    if (given == warm_up.inputs.end()) return invalid(fmt::format(R"(input "{}" is missing)", info.name));
    TRY(auto tensor, tensor_of(*given, info, model.signature, rows));
    tensors.push_back(std::move(tensor));
  }
  std::vector<core::TensorView> views;
  views.reserve(tensors.size());
  for (const core::Tensor& tensor : tensors) views.push_back(tensor.view());
  std::vector<std::uint32_t> wanted(model.outputs.size());
  std::iota(wanted.begin(), wanted.end(), 0U);
  constexpr std::int64_t most_runs = 10'000;
  const std::int64_t runs = std::min(warm_up.count * warm_up.batch_size / rows, most_runs);
  for (std::int64_t i = 0; i < runs; ++i) TRY_VOID(runner.run(views, wanted));
  return {};
}

}  // namespace

core::Result<void> warm_up(runtime::Runner& runner, const std::vector<config::WarmUp>& warm_ups, const Warmed& model) {
  for (const config::WarmUp& one : warm_ups) {
    if (auto ran = run_one(runner, one, model); !ran)
      return std::unexpected(ran.error().within(fmt::format(R"(model_warmup "{}")", one.name)));
  }
  return {};
}

}  // namespace slipway::models
