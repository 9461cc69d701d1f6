#include "models/same_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace slipway::models {

using core::DataType;

namespace {

/// How far floats may be apart, as a share of the largest; 0 for what must be equal.
double tolerance_of(DataType dtype) {
  switch (dtype) {
    case DataType::fp64:
    case DataType::fp32: return 1e-4;
    case DataType::fp16:
    case DataType::bf16: return 1e-2;
    default: return 0;
  }
}

Likeness compare_floats(DataType dtype, std::span<const std::byte> a, std::span<const std::byte> b) {
  const std::size_t count = a.size() / core::element_size(dtype);
  double largest = 0;
  bool any = false;
  for (std::size_t i = 0; i < count; ++i) {
    for (const double value : {core::float_at(dtype, a, i), core::float_at(dtype, b, i)}) {
      any = any || !std::isnan(value);
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    }
  }
  if (!any && count != 0) return Likeness::no_numbers;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = core::float_at(dtype, a, i);
    const double y = core::float_at(dtype, b, i);
    const bool same = x == y || (std::isnan(x) && std::isnan(y)) || std::abs(x - y) <= tolerance_of(dtype) * largest;
    if (!same) return Likeness::different;
  }
  return Likeness::same;
}

Likeness compare_bytes(DataType dtype, std::span<const std::byte> a, std::span<const std::byte> b) {
  if (a.size() != b.size()) return Likeness::different;
  if (tolerance_of(dtype) != 0) return compare_floats(dtype, a, b);
  return std::ranges::equal(a, b) ? Likeness::same : Likeness::different;
}

bool same_texts(const core::Tensor& together, std::size_t row, const core::Tensor& alone) {
  const auto all = core::read_bytes_elements(together.data.bytes(), core::element_count(together.shape).value_or(-1));
  const auto one = core::read_bytes_elements(alone.data.bytes(), core::element_count(alone.shape).value_or(-1));
  if (!all || !one || all->size() != 2 * one->size()) return false;
  return std::ranges::equal(std::span(*all).subspan(row * one->size(), one->size()), *one);
}

}  // namespace

Likeness compare_row(const core::Tensor& together, std::size_t row, const core::Tensor& alone) {
  core::Shape expected = together.shape;
  if (expected.empty() || expected[0] != 2 || together.dtype != alone.dtype) return Likeness::different;
  expected[0] = 1;
  if (alone.shape != expected) return Likeness::different;
  if (together.dtype == DataType::bytes) return same_texts(together, row, alone) ? Likeness::same : Likeness::different;
  const std::size_t half = together.data.size() / 2;
  return compare_bytes(together.dtype, together.data.bytes().subspan(row * half, half), alone.data.bytes());
}

Likeness compare(const core::Tensor& a, const core::Tensor& b) {
  if (a.shape != b.shape || a.dtype != b.dtype) return Likeness::different;
  return compare_bytes(a.dtype, a.data.bytes(), b.data.bytes());
}

}  // namespace slipway::models
