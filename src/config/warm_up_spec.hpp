#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/dtype.hpp"
#include "core/tensor.hpp"

namespace slipway::config {

/// A request that each instance runs before the model is ready.
struct WarmUp {
  struct Input {
    std::string name;
    core::DataType dtype = core::DataType::fp32;
    core::Shape dims;            ///< without the batch dimension where the model batches
    bool random = false;         ///< else zeros, or what `file` holds
    std::filesystem::path file;  ///< raw bytes; "" for none
  };
  std::string name;
  std::int64_t batch_size = 0;  ///< 0: the model does not batch
  std::uint32_t count = 1;
  std::vector<Input> inputs;
};

}  // namespace slipway::config
