#pragma once

#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::transform {

/// Whether the transforms that `spec` names fit the model's own inputs and outputs, so that a mistake in model.yaml is
/// found when the model is loaded and not by its first client. invalid_argument says what is expected.
core::Result<void> check_fits(const config::ModelSpec& spec, const std::vector<core::TensorInfo>& inputs,
                              const std::vector<core::TensorInfo>& outputs);

}  // namespace slipway::transform
