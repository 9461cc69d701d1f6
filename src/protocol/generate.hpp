#pragma once

#include <span>
#include <string>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"

namespace slipway::protocol {

/// Decodes a request of Triton's generate extension: `{"text_input": "hello", "parameters": {…}, "temperature": 0.5}`.
/// A key that is the name of an input has its value: a scalar, or nested lists, to which leading dimensions of size 1
/// are added as far as the input has more. `id` and the entries of `parameters` are the request's, and so is every
/// other key, as a parameter. invalid_argument as decode_friendly, and for a parameter that is no scalar.
core::Result<core::Request> decode_generate(core::Buffer body, std::span<const core::TensorInfo> inputs);

/// `{"model_name":…,"model_version":…,"text_output":…}`: each output under its name, as a scalar where it has one
/// element and as one flat list where it has more. NaN and infinities are null, bytes that are no UTF-8 are U+FFFD.
core::Result<std::string> encode_generate(const core::Response& response);

/// A document as one event of a stream of Server-Sent Events.
std::string event_of(const std::string& document);

}  // namespace slipway::protocol
