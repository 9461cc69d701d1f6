#pragma once

#include <openvino/core/type/element_type.hpp>
#include <openvino/runtime/tensor.hpp>
#include <optional>
#include <string>

#include "slipway/backend.h"

/// The ABI's element type for one of OpenVINO's; nothing for those that are not served: the ones the ABI has not (4-bit
/// integers, 8-bit floats, …) and strings, whose memory OpenVINO's CPU plug-in frees twice when a model is unloaded.
std::optional<slipway_dtype> dtype_of(const ov::element::Type& type);

/// OpenVINO's element type for one of the ABI's; throws Failure for BYTES.
ov::element::Type element_type_of(slipway_dtype dtype);

/// A tensor over `given`'s memory, which must outlive it. Throws Failure when the bytes do not fit the shape, or for a
/// 64-bit integer beyond 32 bits: OpenVINO would cut it off without a word. `name` is for the sentences.
ov::Tensor wrap(const slipway_tensor& given, const std::string& name);
