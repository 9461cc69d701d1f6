#pragma once

#include <cstddef>
#include <span>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::transform {

/// A file's bytes as one row of numbers: `head` bytes from its beginning, `tail` bytes from its end, each looked for
/// within `block` bytes of that end, stripped of white space where asked, and padded. `input` is the model's: its dtype
/// (an integer one or FP32) and rank ([N, head+tail]) are checked.
core::Result<core::Tensor> bytes_to_tensor(const config::BytesTransformSpec& spec, const core::TensorInfo& input,
                                           std::span<const std::byte> file);

}  // namespace slipway::transform
