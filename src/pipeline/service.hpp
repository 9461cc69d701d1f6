#pragma once

#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "models/model_version.hpp"
#include "transform/labels.hpp"

namespace slipway::pipeline {

/// Whether the model's own transforms take a file's raw bytes, and whether they give labels.
bool takes_bytes(const models::ModelVersion& version);
bool gives_labels(const models::ModelVersion& version);

/// The input transform: the thing itself to a request for the model. Only where takes_bytes().
core::Result<core::Request> prepare(const models::ModelVersion& version, const core::Buffer& thing);

/// The output transform: labels of each row. Only where gives_labels().
core::Result<std::vector<std::vector<transform::Label>>> labels(const models::ModelVersion& version,
                                                                const core::Response& response);

}  // namespace slipway::pipeline
