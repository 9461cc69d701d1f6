#include "element_types.hpp"

#include <bit>
#include <cstring>

#include "failure.hpp"

static_assert(std::endian::native == std::endian::little, "lengths of BYTES elements are little-endian");

namespace {

ov::Tensor wrap_strings(const slipway_tensor& given, const ov::Shape& shape, const std::string& name) {
  ov::Tensor tensor(ov::element::string, shape);
  auto* elements = tensor.data<std::string>();
  const char* next = static_cast<const char*>(given.data);
  std::uint64_t left = given.size_bytes;
  for (std::size_t i = 0; i < tensor.get_size(); ++i) {
    std::uint32_t length = 0;
    if (left >= sizeof length) std::memcpy(&length, next, sizeof length);
    if (left < sizeof length || left - sizeof length < length) {
      throw Failure(SLIPWAY_INVALID_ARGUMENT, "input \"" + name + "\": its bytes end within element " +
                                                  std::to_string(i) + " of " + std::to_string(tensor.get_size()));
    }
    elements[i].assign(next + sizeof length, length);
    next += sizeof length + length;
    left -= sizeof length + length;
  }
  return tensor;
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
    case ov::element::Type_t::string: return SLIPWAY_BYTES;
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
    case SLIPWAY_BYTES: return ov::element::string;
  }
  throw Failure(SLIPWAY_INVALID_ARGUMENT, "element type " + std::to_string(static_cast<int>(dtype)) + " is unknown");
}

ov::Tensor wrap(const slipway_tensor& given, const std::string& name) {
  ov::Shape shape;
  for (std::uint32_t i = 0; i < given.rank; ++i) shape.push_back(static_cast<std::size_t>(given.shape[i]));
  const ov::element::Type type = element_type_of(given.dtype);
  if (type == ov::element::string) return wrap_strings(given, shape, name);
  if (ov::shape_size(shape) * type.size() != given.size_bytes) {
    throw Failure(SLIPWAY_INVALID_ARGUMENT, "input \"" + name + "\": " + std::to_string(given.size_bytes) +
                                                " bytes given, its shape needs " +
                                                std::to_string(ov::shape_size(shape) * type.size()));
  }
  // OpenVINO takes inputs as mutable memory but only reads them
  return {type, shape, const_cast<void*>(given.data)};
}

std::uint64_t size_bytes_of(const ov::Tensor& tensor) {
  if (tensor.get_element_type() != ov::element::string) return tensor.get_byte_size();
  std::uint64_t sum = 0;
  const auto* elements = tensor.data<const std::string>();
  for (std::size_t i = 0; i < tensor.get_size(); ++i) sum += sizeof(std::uint32_t) + elements[i].size();
  return sum;
}

void copy_out(const ov::Tensor& tensor, void* memory) {
  if (tensor.get_element_type() != ov::element::string) {
    std::memcpy(memory, tensor.data(), tensor.get_byte_size());
    return;
  }
  auto* next = static_cast<char*>(memory);
  const auto* elements = tensor.data<const std::string>();
  for (std::size_t i = 0; i < tensor.get_size(); ++i) {
    const auto length = static_cast<std::uint32_t>(elements[i].size());
    std::memcpy(next, &length, sizeof length);
    std::memcpy(next + sizeof length, elements[i].data(), length);
    next += sizeof length + length;
  }
}
