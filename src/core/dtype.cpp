#include "core/dtype.hpp"

#include <array>
#include <bit>
#include <utility>

namespace slipway::core {

namespace {

struct Row {
  DataType dtype;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<Row, 14> rows{{
    {DataType::boolean, "BOOL", 1},
    {DataType::uint8, "UINT8", 1},
    {DataType::uint16, "UINT16", 2},
    {DataType::uint32, "UINT32", 4},
    {DataType::uint64, "UINT64", 8},
    {DataType::int8, "INT8", 1},
    {DataType::int16, "INT16", 2},
    {DataType::int32, "INT32", 4},
    {DataType::int64, "INT64", 8},
    {DataType::fp16, "FP16", 2},
    {DataType::fp32, "FP32", 4},
    {DataType::fp64, "FP64", 8},
    {DataType::bf16, "BF16", 2},
    {DataType::bytes, "BYTES", 0},
}};

const Row& row_of(DataType dtype) { return rows[std::to_underlying(dtype) - 1U]; }

}  // namespace

std::string_view name_of(DataType dtype) { return row_of(dtype).name; }

std::size_t element_size(DataType dtype) { return row_of(dtype).size; }

std::optional<DataType> dtype_from_name(std::string_view name) {
  for (const Row& row : rows) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

float fp16_to_float(std::uint16_t bits) { return static_cast<float>(std::bit_cast<_Float16>(bits)); }

std::uint16_t float_to_fp16(float value) { return std::bit_cast<std::uint16_t>(static_cast<_Float16>(value)); }

float bf16_to_float(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U); }

std::uint16_t float_to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return static_cast<std::uint16_t>((bits >> 16U) | 0x40U);  // keep NaN a quiet NaN
  const std::uint32_t half = 0x7FFFU + ((bits >> 16U) & 1U);
  return static_cast<std::uint16_t>((bits + half) >> 16U);
}

}  // namespace slipway::core
