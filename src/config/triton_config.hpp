#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"

namespace slipway::config {

/// The one entry of `parameters` that is read: the threads of an instance.
inline constexpr std::string_view threads_parameter = "intra_op_thread_count";

/// What a Triton model configuration says, as a ModelSpec, and what of it has no meaning here.
struct TritonConfig {
  ModelSpec spec;
  std::vector<std::string> warnings;  ///< a sentence each, beginning with "FILE:LINE: "
};

/// Reads a config.pbtxt (protobuf text format of inference.ModelConfig,
/// github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto). What would change answers and is
/// not served is an invalid_argument, as is a field or value that there is not; all begin with "FILE:LINE: ". Label
/// files and warm-up data are looked for beside the file.
core::Result<TritonConfig> load_triton_config(const std::filesystem::path& file);

/// The same in JSON, as a client sends it to load a model with; `folder` is the model's, for the files it names.
core::Result<TritonConfig> read_triton_config_json(std::string_view json, const std::filesystem::path& folder);

}  // namespace slipway::config
