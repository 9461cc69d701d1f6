#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"
#include "scheduler/job.hpp"

namespace slipway::scheduler {

/// Makes one run of several jobs, and several answers of one run, along the first dimension. Each instance has its own,
/// whose buffers are used again; one thread.
///
///   const auto inputs = batcher.gather(jobs);
///   auto outputs = runner.run(inputs, jobs.front().outputs);
///   auto parts = batcher.scatter(jobs, std::move(*outputs));   // parts[i] are the outputs of the i-th job
class Batcher {
 public:
  /// The inputs of all of `jobs` (at least one, of which same_batch() holds), one behind the other. A single job's
  /// inputs are passed on as they are, without a copy. Valid until the next call, while the jobs live.
  std::span<const core::TensorView> gather(const JobList& jobs);

  /// Each job's rows of `outputs`, in the order of the jobs; a single job's outputs are moved, not copied. Fails
  /// (internal) when an output's first dimension is not the number of rows given.
  core::Result<std::vector<std::vector<core::Tensor>>> scatter(const JobList& jobs,
                                                               std::vector<core::Tensor> outputs) const;

 private:
  std::vector<core::Buffer> buffers_;  ///< one for each input
  std::vector<core::TensorView> inputs_;
};

}  // namespace slipway::scheduler
