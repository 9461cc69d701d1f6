#include "models/batching.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace slipway::models {

Batching batching_of(const std::vector<core::TensorInfo>& inputs, const std::vector<core::TensorInfo>& outputs) {
  if (inputs.empty()) return Batching::impossible;
  std::optional<std::string> common;
  bool declared = true;
  for (const auto* tensors : {&inputs, &outputs}) {
    for (const core::TensorInfo& info : *tensors) {
      if (info.shape.empty() || info.shape[0] != -1) return Batching::impossible;
      const std::string name = info.dim_names.empty() ? std::string() : info.dim_names[0];
      if (!common) common = name;
      declared = declared && !name.empty() && name == *common;
    }
  }
  return declared ? Batching::declared : Batching::unproven;
}

core::Result<std::int64_t> decide_max_batch_size(const config::ModelSpec& spec, Batching batching,
                                                 const std::function<Rows()>& rows) {
  if (spec.max_batch_size) {
    if (batching != Batching::impossible) return *spec.max_batch_size;
    if (*spec.max_batch_size <= 1) return 0;
    return core::fail(
        core::Code::invalid_argument,
        fmt::format("max_batch_size {} given, but requests can be joined only where the first dimension of "
                    "every input and output is dynamic; 0 expected",
                    *spec.max_batch_size));
  }
  if (batching == Batching::impossible) return 0;
  const Rows shown = rows();
  const bool joins = shown == Rows::apart || (shown == Rows::unknown && batching == Batching::declared);
  return joins ? default_max_batch_size : 0;
}

}  // namespace slipway::models
