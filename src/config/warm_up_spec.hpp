#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/dtype.hpp"
#include "core/tensor.hpp"

namespace slipway::config {

/// Requests, all alike, that each instance runs before the model is ready.
struct WarmUp {
  struct Input {
    std::string name;
    core::DataType dtype = core::DataType::fp32;
    core::Shape dims{};            ///< of one request, as clients see them without the batch dimension
    bool random = false;           ///< else zeros, or what `file` holds
    std::filesystem::path file{};  ///< raw bytes, of at least one request; "" for none
  };
  std::string name;
  std::int64_t batch_size = 1;  ///< requests that run together where the model batches
  std::int64_t count = 1;       ///< how often they do
  std::vector<Input> inputs{};
};

}  // namespace slipway::config
