#pragma once

#include <cstddef>

#include "core/tensor.hpp"

namespace slipway::models {

enum class Likeness {
  same,
  different,
  no_numbers,  ///< nothing but NaN in both: says nothing
};

/// Whether row `row` of `together`, an output for two rows, is what `alone` has, the same output for that row alone.
/// Floats may differ by a ten-thousandth of the row's largest number (a hundredth for FP16 and BF16), for kernels sum
/// in another order for another number of rows; everything else must be equal.
Likeness compare_row(const core::Tensor& together, std::size_t row, const core::Tensor& alone);

/// Whether two outputs for the same inputs are the same, by the same measure.
Likeness compare(const core::Tensor& a, const core::Tensor& b);

}  // namespace slipway::models
