#pragma once

#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "scheduler/sequencer.hpp"

namespace slipway::models {

/// What `spec.sequence` says, in terms of the model's inputs and outputs. invalid_argument, naming the tensor, where
/// the model has none of that name, or of another type, or an initial state that does not fit.
core::Result<scheduler::SequenceOptions> sequence_options(const config::ModelSpec& spec,
                                                          const std::vector<core::TensorInfo>& inputs,
                                                          const std::vector<core::TensorInfo>& outputs);

}  // namespace slipway::models
