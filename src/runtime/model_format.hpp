#pragma once

#include <filesystem>
#include <string>

namespace slipway::runtime {

/// The format's name in slipway/backend.h ("onnx", "ort", "openvino_ir", "tensorflow_saved_model", "tensorflow_graph",
/// "tflite", "paddle", "speech"), or "fake" for the fake backend's own files; "" when it is none.
///
/// The first bytes of a file decide where they can; else its suffix does, so that a spoilt `digits.onnx` is an ONNX
/// model whose backend says what is wrong with it, and not a file of no kind. A folder is what its files make it. Reads
/// no more than the first few hundred bytes; safe from any thread.
std::string detect_format(const std::filesystem::path& path);

/// Whether a model's file would be called so, by its suffix.
bool is_called_as_model(const std::filesystem::path& path);

}  // namespace slipway::runtime
