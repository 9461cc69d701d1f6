#pragma once

#include <string>
#include <vector>

namespace slipway::transform {

/// The tensor of that name, or the only one for ""; null when there is none. For descriptions and for tensors alike.
template <class Tensor>
const Tensor* find_named(const std::vector<Tensor>& tensors, const std::string& name) {
  if (name.empty()) return tensors.size() == 1 ? tensors.data() : nullptr;
  for (const Tensor& tensor : tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

}  // namespace slipway::transform
