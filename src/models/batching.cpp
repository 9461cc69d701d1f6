#include "models/batching.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>
#include <random>
#include <string>

namespace slipway::models {

using core::DataType;

namespace {

/// Dynamic dimensions to try, for networks that need some least size.
constexpr std::array<std::int64_t, 3> guesses{8, 48, 1};

void fill(core::Tensor& tensor, unsigned seed) {
  std::mt19937 random(seed);
  const std::size_t count = static_cast<std::size_t>(core::element_count(tensor.shape).value_or(0));
  const auto put = [&tensor](std::size_t i, auto value) {
    std::memcpy(tensor.data.data() + i * sizeof value, &value, sizeof value);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const auto bit = static_cast<std::uint8_t>(random() % 2);
    const float fraction = static_cast<float>(random() % 1000) / 1000.0F;
    switch (tensor.dtype) {
      case DataType::fp32: put(i, fraction); break;
      case DataType::fp64: put(i, static_cast<double>(fraction)); break;
      case DataType::fp16: put(i, core::float_to_fp16(fraction)); break;
      case DataType::bf16: put(i, core::float_to_bf16(fraction)); break;
      case DataType::int64:
      case DataType::uint64: put(i, std::uint64_t{bit}); break;
      case DataType::int32:
      case DataType::uint32: put(i, std::uint32_t{bit}); break;
      case DataType::int16:
      case DataType::uint16: put(i, std::uint16_t{bit}); break;
      case DataType::boolean:
      case DataType::int8:
      case DataType::uint8: put(i, bit); break;
      case DataType::bytes: put(i, std::uint32_t{0}); break;  // the length of an empty element
    }
  }
}

std::vector<core::TensorView> views(const std::vector<core::Tensor>& tensors) {
  std::vector<core::TensorView> out;
  for (const core::Tensor& tensor : tensors) out.push_back(tensor.view());
  return out;
}

/// Row `row` of tensors of two rows.
std::vector<core::TensorView> row_of(const std::vector<core::Tensor>& tensors, std::size_t row) {
  std::vector<core::TensorView> out = views(tensors);
  for (core::TensorView& view : out) {
    const std::size_t half = view.bytes.size() / 2;
    view.bytes = view.bytes.subspan(row * half, half);
    view.shape[0] = 1;
  }
  return out;
}

bool agree(const core::TensorView& a, const core::TensorView& b) {
  if (a.shape != b.shape || a.bytes.size() != b.bytes.size()) return false;
  if (a.dtype != DataType::fp32) return std::ranges::equal(a.bytes, b.bytes);
  for (std::size_t i = 0; i < a.bytes.size(); i += sizeof(float)) {
    float x = 0;
    float y = 0;
    std::memcpy(&x, a.bytes.data() + i, sizeof x);
    std::memcpy(&y, b.bytes.data() + i, sizeof y);
    if (std::isnan(x) && std::isnan(y)) continue;
    if (!(std::abs(x - y) <= 1e-4F * std::max({1.0F, std::abs(x), std::abs(y)}))) return false;
  }
  return true;
}

std::optional<bool> try_rows(runtime::Runner& runner, const std::vector<core::TensorInfo>& inputs,
                             std::span<const std::uint32_t> wanted, std::int64_t guess) {
  const auto both = made_inputs(inputs, 2, guess, 1);
  const auto together = runner.run(views(both), wanted);
  if (!together) return std::nullopt;
  for (std::size_t row = 0; row < 2; ++row) {
    const auto alone = runner.run(row_of(both, row), wanted);
    if (!alone) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const core::Tensor& output = (*together)[i];
      if (output.shape.empty() || output.shape[0] != 2 || output.dtype == DataType::bytes) return false;
      const std::vector<core::Tensor>& all = *together;
      core::TensorView half = all[i].view();
      half.bytes = half.bytes.subspan(row * half.bytes.size() / 2, half.bytes.size() / 2);
      half.shape[0] = 1;
      if (!agree(half, (*alone)[i].view())) return false;
    }
  }
  return true;
}

}  // namespace

Batching batching_of(const std::vector<core::TensorInfo>& inputs, const std::vector<core::TensorInfo>& outputs) {
  if (inputs.empty()) return Batching::impossible;
  std::optional<std::string> common;
  bool proven = true;
  for (const auto* tensors : {&inputs, &outputs}) {
    for (const core::TensorInfo& info : *tensors) {
      if (info.shape.empty() || info.shape[0] != -1) return Batching::impossible;
      const std::string name = info.dim_names.empty() ? std::string() : info.dim_names[0];
      if (!common) common = name;
      proven = proven && !name.empty() && name == *common;
    }
  }
  return proven ? Batching::declared : Batching::unproven;
}

std::vector<core::Tensor> made_inputs(const std::vector<core::TensorInfo>& inputs, std::int64_t rows, std::int64_t guess,
                                      unsigned seed) {
  std::vector<core::Tensor> tensors;
  for (const core::TensorInfo& info : inputs) {
    core::Tensor tensor{.name = info.name, .dtype = info.dtype, .shape = info.shape, .data = {}};
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      if (tensor.shape[i] == -1) tensor.shape[i] = i == 0 ? rows : guess;
    }
    const std::size_t element = info.dtype == DataType::bytes ? sizeof(std::uint32_t) : core::element_size(info.dtype);
    tensor.data = core::Buffer(static_cast<std::size_t>(core::element_count(tensor.shape).value_or(0)) * element);
    fill(tensor, seed++);
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

bool rows_are_independent(runtime::Runner& runner, const std::vector<core::TensorInfo>& inputs,
                          const std::vector<core::TensorInfo>& outputs) {
  std::vector<std::uint32_t> wanted(outputs.size());
  std::iota(wanted.begin(), wanted.end(), 0U);
  for (const std::int64_t guess : guesses) {
    if (const auto independent = try_rows(runner, inputs, wanted, guess)) return *independent;
  }
  return false;
}

}  // namespace slipway::models
