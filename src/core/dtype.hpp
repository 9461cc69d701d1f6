#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace slipway::core {

/// The element types of the Open Inference Protocol, numbered as in slipway/backend.h.
enum class DataType : std::uint8_t {
  boolean = 1,
  uint8,
  uint16,
  uint32,
  uint64,
  int8,
  int16,
  int32,
  int64,
  fp16,
  fp32,
  fp64,
  bf16,
  bytes,
};

/// The protocol's name: "FP32", "BYTES", …
std::string_view name_of(DataType dtype);
/// From the protocol's name; nothing if it has no such type.
std::optional<DataType> dtype_from_name(std::string_view name);
/// Bytes of one element; 0 for BYTES, whose elements differ.
std::size_t element_size(DataType dtype);

/// IEEE 754 binary16 and bfloat16 to and from float; to the nearest, ties to even; NaN stays NaN.
float fp16_to_float(std::uint16_t bits);
std::uint16_t float_to_fp16(float value);
float bf16_to_float(std::uint16_t bits);
std::uint16_t float_to_bf16(float value);

}  // namespace slipway::core
