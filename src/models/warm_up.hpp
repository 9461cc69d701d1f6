#pragma once

#include <vector>

#include "config/warm_up_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "models/signature.hpp"
#include "runtime/model.hpp"

namespace slipway::models {

/// The model that is warmed up.
struct Warmed {
  const Signature& signature;                   ///< the dimensions of a warm-up are those that clients see
  const std::vector<core::TensorInfo>& inputs;  ///< the model's own
  const std::vector<core::TensorInfo>& outputs;
  bool joins = false;  ///< several requests may be one batch; else they run one after the other
};

/// Runs what a configuration warms a model up with, on one instance. An error, naming the warm-up, when its inputs do
/// not fit the model or the model refuses them: whoever wrote it meant it to run.
core::Result<void> warm_up(runtime::Runner& runner, const std::vector<config::WarmUp>& warm_ups, const Warmed& model);

}  // namespace slipway::models
