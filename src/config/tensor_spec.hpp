#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/dtype.hpp"
#include "core/tensor.hpp"

namespace slipway::config {

/// An input or output as a configuration declares it. `dims` stand without the batch dimension where the configuration
/// has a max_batch_size above 0, as in Triton's.
struct DeclaredTensor {
  std::string name;
  std::optional<core::DataType> dtype;  ///< nothing: what the model says
  std::optional<core::Shape> dims;      ///< what clients send or get; nothing: what the model says
  std::optional<core::Shape> reshape;   ///< what the model takes or gives in its place
};

/// Names of an output's classes.
struct OutputLabels {
  std::string output;
  std::vector<std::string> labels;
};

/// Which of a model's versions on disk are served; neither: all.
struct VersionPolicy {
  std::optional<std::uint32_t> latest;  ///< that many of the highest numbers
  std::vector<std::int64_t> specific;   ///< those alone; empty: no such list
};

}  // namespace slipway::config
