#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"
#include "transform/labels.hpp"

namespace slipway::protocol {

/// Decodes `{"input_name": nested lists, …}` for a model with these inputs; a model with one input also takes
/// `{"input": …}` whatever its input is called. The shape is that of the nesting; a missing batch dimension is added.
/// Unknown and missing names are invalid_argument and name those there are.
core::Result<core::Request> decode_friendly(core::Buffer body, std::span<const core::TensorInfo> inputs);

/// `{"model":…,"version":…,"outputs":{"name": nested lists}}`
core::Result<std::string> encode_friendly(const core::Response& response);

/// `{"model":…,"version":…,"labels":[{"label":…,"index":…,"score":…},…]}`; for several rows a list of such lists.
std::string encode_labels(const core::Response& response, const std::vector<std::vector<transform::Label>>& rows);

}  // namespace slipway::protocol
