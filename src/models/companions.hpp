#pragma once

#include <filesystem>
#include <vector>

namespace slipway::models {

/// The files beside a bare model that belong to it: those that begin with its stem and a dot, as digits.yaml and
/// digits.onnx.data with digits.onnx, but for what `slipway pack` left there. Sorted, without the model itself.
std::vector<std::filesystem::path> companions_of(const std::filesystem::path& model);

}  // namespace slipway::models
