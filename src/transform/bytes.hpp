#pragma once

#include <cstddef>
#include <span>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "core/tensor.hpp"

namespace slipway::transform {

/// A file's bytes as one row of numbers: `head` bytes from its beginning, `tail` bytes from its end, each looked for
/// within `block` bytes of that end, and padded where there are fewer: behind the head, before the tail. With `strip`
/// the white space (space, tab, line feed, vertical tab, form feed, carriage return) that the beginning starts with and
/// that the end ends with is left out first; what is further in than `block` never moves up. The two parts of a short
/// file overlap: each has all of it.
///
/// `input` is the model's, of which check_bytes_input() holds. The tensor is [1, head + tail]. Safe from any thread.
core::Result<core::Tensor> bytes_to_tensor(const config::BytesTransformSpec& spec, const core::TensorInfo& input,
                                           std::span<const std::byte> file);

/// Whether `input` takes such rows: [N, head + tail] of INT16, UINT16, INT32, UINT32, INT64, UINT64, FP32 or FP64, or
/// of UINT8 where `pad` is a byte too. invalid_argument where not.
core::Result<void> check_bytes_input(const config::BytesTransformSpec& spec, const core::TensorInfo& input);

}  // namespace slipway::transform
