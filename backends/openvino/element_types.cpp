#include "element_types.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "failure.hpp"

namespace {

template <class T>
void check_range(const slipway_tensor& given, const std::string& name) {
  const std::span values(static_cast<const T*>(given.data), given.size_bytes / sizeof(T));
  const auto wide = std::ranges::find_if_not(values, [](T value) { return std::in_range<std::int32_t>(value); });
  if (wide == values.end()) return;
  throw Failure(SLIPWAY_INVALID_ARGUMENT,
                "input \"" + name + "\": element " + std::to_string(wide - values.begin()) + " is " +
                    std::to_string(*wide) +
                    "; OpenVINO computes 64-bit integers in 32 bits, so -2147483648 to 2147483647 can be given "
                    "(the onnxruntime backend takes more)");
}

}  // namespace

std::optional<slipway_dtype> dtype_of(const ov::element::Type& type) {
  switch (static_cast<ov::element::Type_t>(type)) {
    case ov::element::Type_t::boolean: return SLIPWAY_BOOL;
    case ov::element::Type_t::u8: return SLIPWAY_UINT8;
    case ov::element::Type_t::u16: return SLIPWAY_UINT16;
    case ov::element::Type_t::u32: return SLIPWAY_UINT32;
    case ov::element::Type_t::u64: return SLIPWAY_UINT64;
    case ov::element::Type_t::i8: return SLIPWAY_INT8;
    case ov::element::Type_t::i16: return SLIPWAY_INT16;
    case ov::element::Type_t::i32: return SLIPWAY_INT32;
    case ov::element::Type_t::i64: return SLIPWAY_INT64;
    case ov::element::Type_t::f16: return SLIPWAY_FP16;
    case ov::element::Type_t::f32: return SLIPWAY_FP32;
    case ov::element::Type_t::f64: return SLIPWAY_FP64;
    case ov::element::Type_t::bf16: return SLIPWAY_BF16;
    default: return std::nullopt;
  }
}

ov::element::Type element_type_of(slipway_dtype dtype) {
  switch (dtype) {
    case SLIPWAY_BOOL: return ov::element::boolean;
    case SLIPWAY_UINT8: return ov::element::u8;
    case SLIPWAY_UINT16: return ov::element::u16;
    case SLIPWAY_UINT32: return ov::element::u32;
    case SLIPWAY_UINT64: return ov::element::u64;
    case SLIPWAY_INT8: return ov::element::i8;
    case SLIPWAY_INT16: return ov::element::i16;
    case SLIPWAY_INT32: return ov::element::i32;
    case SLIPWAY_INT64: return ov::element::i64;
    case SLIPWAY_FP16: return ov::element::f16;
    case SLIPWAY_FP32: return ov::element::f32;
    case SLIPWAY_FP64: return ov::element::f64;
    case SLIPWAY_BF16: return ov::element::bf16;
    case SLIPWAY_BYTES: break;
  }
  throw Failure(SLIPWAY_INVALID_ARGUMENT, "element type " + std::to_string(static_cast<int>(dtype)) +
                                              ": the openvino backend takes numbers only");
}

ov::Tensor wrap(const slipway_tensor& given, const std::string& name) {
  ov::Shape shape;
  for (std::uint32_t i = 0; i < given.rank; ++i) shape.push_back(static_cast<std::size_t>(given.shape[i]));
  const ov::element::Type type = element_type_of(given.dtype);
  if (ov::shape_size(shape) * type.size() != given.size_bytes) {
    throw Failure(SLIPWAY_INVALID_ARGUMENT, "input \"" + name + "\": " + std::to_string(given.size_bytes) +
                                                " bytes given, its shape needs " +
                                                std::to_string(ov::shape_size(shape) * type.size()));
  }
  if (given.dtype == SLIPWAY_INT64) check_range<std::int64_t>(given, name);
  if (given.dtype == SLIPWAY_UINT64) check_range<std::uint64_t>(given, name);
  // OpenVINO takes inputs as mutable memory but only reads them
  return {type, shape, const_cast<void*>(given.data)};
}
