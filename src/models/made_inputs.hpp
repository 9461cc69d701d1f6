#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.hpp"

namespace slipway::models {

/// How large made inputs are where the model leaves it open.
struct MadeSize {
  std::int64_t rows = 1;    ///< for a dynamic first dimension
  std::int64_t others = 1;  ///< for every other dynamic dimension
};

/// Inputs to warm a model with and to try it on: small numbers, the same at each call; 0 and 1 for integers, one letter
/// for each BYTES element, all rows different. Nothing where they would take more than 64 MiB.
std::optional<std::vector<core::Tensor>> made_inputs(const std::vector<core::TensorInfo>& inputs, MadeSize size);

std::vector<core::TensorView> views_of(const std::vector<core::Tensor>& tensors);

/// Sizes worth trying for dynamic dimensions beyond the first, likeliest first: a picture's sides where an input has
/// four dimensions or more, else the length of a short sequence. Networks that halve a picture again and again need 32
/// or 64; some text recognisers 48.
std::span<const std::int64_t> guesses_for(const std::vector<core::TensorInfo>& inputs);

}  // namespace slipway::models
