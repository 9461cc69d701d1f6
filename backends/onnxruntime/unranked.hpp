#pragma once

#include <set>
#include <string>

namespace slipway::onnxruntime {

/// The names of the graph inputs and outputs of the ONNX file `path` that have a type but no shape: the runtime
/// describes them as it does scalars. Empty for a file that is no ONNX, which the runtime has its own words for.
/// Reads the file once, over the weights by seeking.
std::set<std::string> unranked_tensors(const std::string& path);

}  // namespace slipway::onnxruntime
