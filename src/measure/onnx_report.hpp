#pragma once

#include <filesystem>

#include "core/error.hpp"
#include "measure/model_report.hpp"

namespace slipway::measure {

/// Fills `report` from an ONNX file. At most 2 GiB (what a protobuf can be), nested at most 256 deep.
core::Result<void> read_onnx(const std::filesystem::path& path, ModelReport& report);

}  // namespace slipway::measure
