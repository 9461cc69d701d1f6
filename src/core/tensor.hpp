#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/buffer.hpp"
#include "core/dtype.hpp"
#include "core/error.hpp"

namespace slipway::core {

/// Dimensions, outermost first. In a description -1 is a dynamic dimension; in a tensor none is negative.
using Shape = boost::container::small_vector<std::int64_t, 6>;

/// "[3,224,-1]"
std::string to_string(std::span<const std::int64_t> shape);

/// The product of the dimensions (1 for a scalar); nothing if one is negative or the product does not fit 63 bits.
std::optional<std::int64_t> element_count(std::span<const std::int64_t> shape);

/// Whether `given` is an instance of `expected`: the same rank, and equal wherever `expected` is not -1.
bool matches(std::span<const std::int64_t> given, std::span<const std::int64_t> expected);

/// An input or output as the model declares it.
struct TensorInfo {
  std::string name;
  DataType dtype = DataType::fp32;
  Shape shape;                         ///< -1 where dynamic
  std::vector<std::string> dim_names;  ///< empty, or one for each dimension, "" where the model names none
};

/// A tensor whose bytes somebody else owns: row-major, aligned to one element. BYTES elements are laid out as a 32-bit
/// little-endian length and that many bytes each.
struct TensorView {
  std::string_view name;
  DataType dtype = DataType::fp32;
  Shape shape;
  std::span<const std::byte> bytes;
};

/// A tensor that owns its bytes; laid out as TensorView says.
struct Tensor {
  std::string name;
  DataType dtype = DataType::fp32;
  Shape shape;
  Buffer data;

  TensorView view() const { return {name, dtype, shape, data.bytes()}; }
};

/// The value whose bytes begin at `at`, which need not be aligned.
template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Element `index` of FP16, BF16, FP32 or FP64 elements.
double float_at(DataType dtype, std::span<const std::byte> bytes, std::size_t index);

/// `"a", "b"`: the names of tensors, for sentences that say which there are.
std::string quoted_names(std::span<const TensorInfo> tensors);

/// Walks the elements of a BYTES tensor. Fails (invalid_argument) when a length runs past the end, or when there are
/// not exactly `count` elements.
Result<std::vector<std::string_view>> read_bytes_elements(std::span<const std::byte> bytes, std::int64_t count);

/// Appends one element in the layout of BYTES tensors.
void append_bytes_element(std::vector<std::byte>& out, std::string_view element);

/// Checks that dtype, shape and the number of bytes fit together (and that BYTES elements are whole).
Result<void> check_size(const TensorView& tensor);

}  // namespace slipway::core
