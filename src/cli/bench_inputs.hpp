#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::cli {

/// How large the inputs of a benchmark are to be, where the model leaves it open.
struct SizeOptions {
  std::vector<std::string> shapes;  ///< "NAME:1,64" each
  std::int64_t rows = 1;            ///< of a dynamic first dimension that no shape fixes
};

/// The inputs with every dimension fixed: one way where the shapes say all, else several with guesses for dynamic
/// dimensions beyond the first, likeliest first. invalid_argument for a shape that the model cannot take.
core::Result<std::vector<std::vector<core::TensorInfo>>> sized_inputs(const std::vector<core::TensorInfo>& inputs,
                                                                      const SizeOptions& options);

}  // namespace slipway::cli
