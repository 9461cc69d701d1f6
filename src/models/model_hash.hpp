#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::models {

/// SHA-256, in hexadecimal, of what a model is on disk: names and contents of its file and of those beside it that
/// begin with its stem (weights.bin beside weights.xml, model.onnx.data beside model.onnx), or of all files of a
/// folder. Of a file over 256 MiB, its size and 64 MiB spread over it: enough to know it again, and soon. Any thread.
core::Result<std::string> model_hash(const std::filesystem::path& model);

/// Of a text.
core::Result<std::string> text_hash(std::string_view text);

}  // namespace slipway::models
