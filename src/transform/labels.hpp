#pragma once

#include <string>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::transform {

struct Label {
  std::string label;  ///< the class's name, or its number where there is no name
  std::int64_t index = 0;
  double score = 0;
};

/// The best `top_k` classes of each row of a score tensor [rows, classes] (or [classes]), best first; ties by index.
/// With `softmax` the scores are made probabilities first (Σ exp(x - max)).
core::Result<std::vector<std::vector<Label>>> tensor_to_labels(const config::LabelsTransformSpec& spec,
                                                               const core::TensorView& scores);

}  // namespace slipway::transform
