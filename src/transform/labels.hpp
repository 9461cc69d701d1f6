#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::transform {

struct Label {
  std::string label;  ///< the class's name, or its number where there is no name
  std::int64_t index = 0;
  double score = 0;  ///< finite
};

/// The best `top_k` classes of each row of a score tensor [rows, classes] (or [classes]), best first; ties by index,
/// what is no number last. With `softmax` the scores are made probabilities first (exp(x - max), divided by their sum).
/// `scores` is an output of which check_scores() holds; internal when a score that would be told is not finite: there
/// the model itself went wrong. Safe from any thread.
core::Result<std::vector<std::vector<Label>>> tensor_to_labels(const config::LabelsTransformSpec& spec,
                                                               const core::TensorView& scores);

/// Whether a tensor so described, or so given, has a row of floats to label: [rows, classes] or [classes] of FP16,
/// BF16, FP32 or FP64, and as many classes as there are names. Dimensions may be -1. invalid_argument where not.
core::Result<void> check_scores(const config::LabelsTransformSpec& spec, std::string_view name, core::DataType dtype,
                                std::span<const std::int64_t> shape);

}  // namespace slipway::transform
