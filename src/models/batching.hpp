#pragma once

#include <vector>

#include "core/tensor.hpp"
#include "runtime/model.hpp"

namespace slipway::models {

/// What a model's own description says of joining requests along the first dimension.
enum class Batching {
  impossible,  ///< an input or output has no dynamic first dimension
  declared,    ///< every first dimension is dynamic and has one name
  unproven,    ///< every first dimension is dynamic; names do not say that it is the same one
};
Batching batching_of(const std::vector<core::TensorInfo>& inputs, const std::vector<core::TensorInfo>& outputs);

/// Made inputs of `rows` rows, for warming and trying: small numbers from `seed`, dynamic dimensions besides the first
/// guessed as `guess`. BYTES elements are empty.
std::vector<core::Tensor> made_inputs(const std::vector<core::TensorInfo>& inputs, std::int64_t rows, std::int64_t guess,
                                      unsigned seed);

/// Runs two different rows together and each alone: whether the answers agree (within 1e-4 of their size) shows that
/// rows do not see each other. False when the model cannot be run on made inputs.
bool rows_are_independent(runtime::Runner& runner, const std::vector<core::TensorInfo>& inputs,
                          const std::vector<core::TensorInfo>& outputs);

}  // namespace slipway::models
