#pragma once

#include <string_view>

#include "core/error.hpp"
#include "models/model_control.hpp"

namespace slipway::protocol {

/// Reads the body of a load request of the model repository extension: nothing, or `{"parameters": {"config": "…",
/// "file:1/model.onnx": "base64"}}`. A parameter that there is not is an error: Triton's clients mean something by it.
core::Result<models::LoadOptions> decode_load(std::string_view body);

/// Reads that of an unload request: nothing, or `{"parameters": {"unload_dependents": true}}`. No model has dependents
/// of its own here, so that it makes no difference.
core::Result<void> decode_unload(std::string_view body);

/// What the parameters of files begin with; behind it stands the place in the model's folder.
inline constexpr std::string_view file_prefix = "file:";

/// The refusal of a parameter that a load request has not.
core::Error unknown_load_parameter(std::string_view name);

}  // namespace slipway::protocol
