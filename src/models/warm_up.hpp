#pragma once

#include <vector>

#include "config/warm_up_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "runtime/model.hpp"

namespace slipway::models {

/// Runs what a configuration warms a model up with, on one instance. An error, naming the warm-up, when its inputs do
/// not fit the model or the model refuses them: whoever wrote it meant it to run.
core::Result<void> warm_up(runtime::Runner& runner, const std::vector<config::WarmUp>& warm_ups,
                           const std::vector<core::TensorInfo>& inputs, const std::vector<core::TensorInfo>& outputs);

}  // namespace slipway::models
