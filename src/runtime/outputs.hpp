#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"
#include "slipway/backend.h"

namespace slipway::runtime {

/// Where a backend writes the outputs of one run: the slipway_output_sink that it is given, and what came of it. Lives
/// for that run, on its thread. Memory is given for wanted outputs only, once each, and only in the declared type and
/// in the size of the shape; the first thing that is wrong is kept and fails the run.
class Outputs {
 public:
  /// `infos` are all of the model's outputs, `wanted` indexes into them.
  Outputs(std::span<const core::TensorInfo> infos, std::span<const std::uint32_t> wanted);

  slipway_output_sink sink() { return {.context = this, .allocate = allocate}; }

  /// internal when memory was asked for against the rules. A backend that gets none fails too, and this is why.
  core::Result<void> verdict() const;

  /// The outputs in the order of `wanted`, once the run has ended well. internal when one is missing or not what was
  /// declared.
  core::Result<std::vector<core::Tensor>> take();

 private:
  static void* allocate(void* context, std::uint32_t output_index, slipway_dtype dtype, const std::int64_t* shape,
                        std::uint32_t rank, std::uint64_t size_bytes);
  core::Result<void*> make(std::uint32_t output_index, slipway_dtype dtype, const std::int64_t* shape,
                           std::uint32_t rank, std::uint64_t size_bytes);

  std::span<const core::TensorInfo> infos_;
  std::span<const std::uint32_t> wanted_;
  std::vector<core::Tensor> tensors_;
  std::string wrong_;  ///< the first rule that was broken; "" for none
};

}  // namespace slipway::runtime
