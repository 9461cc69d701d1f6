#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"

namespace slipway::cli {

enum class InputKind { json, npy, thing };

/// By the file's name: .json, .npy, or the thing itself (an image, a text, any file).
InputKind kind_of(const std::filesystem::path& file);

/// A request from a JSON or .npy file. JSON is a V2 inference request (it has "inputs") or the friendly
/// `{"name": nested lists}`; .npy is the input called `input_name`, or the model's only one when that is "". A tensor
/// that lacks the model's first dimension gets one of 1.
core::Result<core::Request> request_from(core::Buffer file, InputKind kind, std::span<const core::TensorInfo> inputs,
                                         const std::string& input_name);

}  // namespace slipway::cli
