#pragma once

#include <cstdint>
#include <openvino/core/type/element_type.hpp>
#include <openvino/runtime/tensor.hpp>
#include <optional>
#include <string>

#include "slipway/backend.h"

/// The ABI's element type for one of OpenVINO's; nothing for those the ABI has not (4-bit integers, 8-bit floats, …).
std::optional<slipway_dtype> dtype_of(const ov::element::Type& type);

/// OpenVINO's element type for one of the ABI's.
ov::element::Type element_type_of(slipway_dtype dtype);

/// A tensor over `given`'s memory, which must outlive it; BYTES are copied into strings. `name` is for the sentences.
ov::Tensor wrap(const slipway_tensor& given, const std::string& name);

/// The bytes that `tensor` takes in the ABI's layout, and the writing of them.
std::uint64_t size_bytes_of(const ov::Tensor& tensor);
void copy_out(const ov::Tensor& tensor, void* memory);
