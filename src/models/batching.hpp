#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "models/trial.hpp"

namespace slipway::models {

/// What a model's own description says of joining requests along the first dimension.
enum class Batching {
  impossible,  ///< an input or output has no dynamic first dimension
  declared,    ///< every first dimension is dynamic and has one name
  unproven,    ///< every first dimension is dynamic; names do not say that it is the same one
};
Batching batching_of(const std::vector<core::TensorInfo>& inputs, const std::vector<core::TensorInfo>& outputs);

/// The most rows of one batch where nobody said it.
inline constexpr std::int64_t default_max_batch_size = 16;

/// The most rows of one batch; 0 where the first dimension is none of rows, 1 where it is and nothing is joined. What
/// `spec` says holds; more than 1 is invalid_argument for a model whose first dimension is fixed, and 1 is then 0.
/// Where it says nothing, `rows` is asked, once, what a trial shows: a model that declares its batch is believed unless
/// the trial shows that rows mix; any other only if it shows that they do not.
core::Result<std::int64_t> decide_max_batch_size(const config::ModelSpec& spec, Batching batching,
                                                 const std::function<Rows()>& rows);

}  // namespace slipway::models
