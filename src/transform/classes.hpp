#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::transform {

/// What classify() is to give.
struct ClassesWanted {
  std::int64_t count = 1;              ///< of a row; at least 1, and all where there are fewer
  bool batches = false;                ///< the first dimension counts rows whatever the rank
  std::span<const std::string> names;  ///< of the classes by number; what is beyond has none
};

/// The best classes of an output as the classification extension of Triton has them: a BYTES tensor of the same name
/// with "VALUE:INDEX" or "VALUE:INDEX:LABEL" a class, best first, in the shape [rows, count]. A row is what lies under
/// one element of the first dimension; a tensor with one dimension is one row, and gives [count], unless the model
/// batches. Floats have six decimals, as Triton's, and are compared in their own type; NaN goes last.
///
///   [[0.1, 0.7, 0.2]], count 2, names "a" "b" "c"  ->  [["0.700000:1:b", "0.200000:2:c"]]
///
/// invalid_argument for an output of BYTES, which has no order. Safe from any thread.
core::Result<core::Tensor> classify(const core::TensorView& scores, const ClassesWanted& wanted);

/// The names of an output's classes, by number; nothing where the model names none. `outputs` are all of the model's,
/// of which `output` is one.
std::span<const std::string> class_names(const config::ModelSpec& spec, std::span<const core::TensorInfo> outputs,
                                         std::string_view output);

}  // namespace slipway::transform
