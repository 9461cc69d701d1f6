#include "models/made_inputs.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

namespace slipway::models {

using core::DataType;

namespace {

constexpr std::array<std::int64_t, 3> picture_sides{64, 48, 32};
constexpr std::array<std::int64_t, 3> sequence_lengths{8, 16, 1};

/// Bytes of one made element; a BYTES element is its length and one letter.
std::size_t made_element_size(DataType dtype) {
  return dtype == DataType::bytes ? sizeof(std::uint32_t) + 1 : core::element_size(dtype);
}

template <class T>
void put(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

/// One element: `bit` for integers, `fraction` (from 0 to 1) for floats.
void put_element(DataType dtype, std::byte* at, std::uint8_t bit, float fraction) {
  switch (dtype) {
    case DataType::boolean:
    case DataType::int8:
    case DataType::uint8: return put(at, bit);
    case DataType::int16:
    case DataType::uint16: return put(at, std::uint16_t{bit});
    case DataType::int32:
    case DataType::uint32: return put(at, std::uint32_t{bit});
    case DataType::int64:
    case DataType::uint64: return put(at, std::uint64_t{bit});
    case DataType::fp16: return put(at, core::float_to_fp16(fraction));
    case DataType::bf16: return put(at, core::float_to_bf16(fraction));
    case DataType::fp32: return put(at, fraction);
    case DataType::fp64: return put(at, static_cast<double>(fraction));
    case DataType::bytes:
      put(at, std::uint32_t{1});
      return put(at + sizeof(std::uint32_t), static_cast<char>('a' + bit));
  }
}

void fill(core::Tensor& tensor, std::mt19937& random) {
  const std::size_t element = made_element_size(tensor.dtype);
  const std::size_t count = tensor.data.size() / element;
  const std::size_t rows =
      tensor.shape.empty() ? 1 : static_cast<std::size_t>(std::max<std::int64_t>(tensor.shape[0], 1));
  const std::size_t width = std::max<std::size_t>(count / rows, 1);
  for (std::size_t i = 0; i < count; ++i) {
    // a row of integers begins with its own number's parity: two neighbours differ however short they are
    const auto bit = static_cast<std::uint8_t>(i % width == 0 ? (i / width + 1) % 2 : random() % 2);
    const float fraction = static_cast<float>(random() % 1000) / 1000.0F;
    put_element(tensor.dtype, tensor.data.data() + i * element, bit, fraction);
  }
}

}  // namespace

std::optional<std::vector<core::Tensor>> made_inputs(const std::vector<core::TensorInfo>& inputs, MadeSize size) {
  constexpr std::size_t most_bytes = 64U << 20U;
  std::size_t all_bytes = 0;
  std::mt19937 random(1);  // NOLINT: the same inputs at each start
  std::vector<core::Tensor> tensors;
  for (const core::TensorInfo& info : inputs) {
    core::Tensor tensor{.name = info.name, .dtype = info.dtype, .shape = info.shape, .data = {}};
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      if (tensor.shape[i] == -1) tensor.shape[i] = i == 0 ? size.rows : size.others;
    }
    const auto count = core::element_count(tensor.shape);
    if (!count || static_cast<std::size_t>(*count) > most_bytes) return std::nullopt;
    const std::size_t bytes = static_cast<std::size_t>(*count) * made_element_size(info.dtype);
    all_bytes += bytes;
    if (all_bytes > most_bytes) return std::nullopt;
    tensor.data = core::Buffer(bytes);
    fill(tensor, random);
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

std::vector<core::TensorView> views_of(const std::vector<core::Tensor>& tensors) {
  std::vector<core::TensorView> views;
  views.reserve(tensors.size());
  for (const core::Tensor& tensor : tensors) views.push_back(tensor.view());
  return views;
}

std::span<const std::int64_t> guesses_for(const std::vector<core::TensorInfo>& inputs) {
  const bool picture = std::ranges::any_of(inputs, [](const core::TensorInfo& info) { return info.shape.size() >= 4; });
  if (picture) return picture_sides;
  return sequence_lengths;
}

}  // namespace slipway::models
