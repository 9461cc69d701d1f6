#pragma once

#include <string>

#include "recogniser.hpp"

namespace slipway::speech_backend {

/// Loads the model and hears half a second of silence with it in a process of its own (`speech_check`, beside the
/// library), since sherpa-onnx ends the process that gives it a spoilt file. Throws std::invalid_argument with what
/// that process wrote last.
void check_model(const std::string& program, const std::string& backend_dir, const std::string& folder,
                 const RecogniserOptions& options);

}  // namespace slipway::speech_backend
