#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/tensor.hpp"
#include "runtime/model.hpp"

namespace slipway::models {

/// What running a model on made inputs showed of its rows.
enum class Rows {
  apart,    ///< two rows together gave what each gave alone
  mixed,    ///< they did not, or two rows cannot be run together: joining requests would change answers
  unknown,  ///< it could not be tried
};

/// Runs a freshly loaded model on made inputs, to warm it and to see how it treats rows. Holds references to what it
/// was given; one thread, while no requests run on that instance.
///
///   const Trial trial(*instances.front(), model.inputs(), model.outputs());
///   if (trial.rows() == Rows::apart) …        // batches are safe
///   trial.warm(*instances.back());            // the first client does not pay for what a runtime does on its first
///   run
class Trial {
 public:
  /// Finds dynamic dimensions that the model can be run with, by running one row.
  Trial(runtime::Runner& runner, const std::vector<core::TensorInfo>& inputs,
        const std::vector<core::TensorInfo>& outputs);

  /// Whether the model can be run on made inputs at all.
  bool runs() const { return others_.has_value(); }

  /// Made inputs of that many rows, of sizes that the model runs with; nothing where there are none.
  std::optional<std::vector<core::Tensor>> inputs(std::int64_t rows) const;

  /// Compares, within a ten-thousandth of the largest number of an output row (a hundredth for FP16 and BF16), two rows
  /// run together with each of them alone. Only for models whose every first dimension is dynamic. Unknown for models
  /// whose one row took over two seconds: nobody should wait for that.
  Rows rows() const;

  /// One run of one row, where the model can be run; its outcome does not matter.
  void warm(runtime::Runner& runner) const;

 private:
  runtime::Runner& runner_;
  const std::vector<core::TensorInfo>& inputs_;
  std::vector<std::uint32_t> wanted_;   ///< every output
  std::optional<std::int64_t> others_;  ///< what dynamic dimensions beyond the first may be
  bool slow_ = false;
};

}  // namespace slipway::models
