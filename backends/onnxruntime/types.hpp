#pragma once

#include <onnxruntime_cxx_api.h>

#include <optional>

#include "slipway/backend.h"

namespace slipway::onnxruntime {

/// Between ONNX's element types and the protocol's; nothing where there is no counterpart (complex, 4-bit, 8-bit
/// float).
std::optional<slipway_dtype> dtype_of(ONNXTensorElementDataType type);
ONNXTensorElementDataType onnx_type_of(slipway_dtype dtype);

/// A tensor for one run. All but strings wrap the given memory.
Ort::Value value_from(const slipway_tensor& tensor, const Ort::MemoryInfo& memory);

/// Writes an output into memory that the sink gives. Throws std::runtime_error when the sink refuses.
void write_output(const Ort::Value& value, std::uint32_t output_index, const slipway_output_sink& sink);

}  // namespace slipway::onnxruntime
