#pragma once

#include <filesystem>
#include <string>

namespace slipway::runtime {

/// The format's name in slipway/backend.h ("onnx", "ort", "openvino_ir", "tensorflow_saved_model", "tensorflow_graph",
/// "tflite", "paddle"), told from the name and the first bytes of a file or the contents of a folder; "" when it is none.
std::string detect_format(const std::filesystem::path& path);

}  // namespace slipway::runtime
