#pragma once

#include "config/model_spec.hpp"
#include "config/yaml_reader.hpp"

namespace slipway::config {

/// `preferred_batch_sizes`, `preserve_ordering` and `priorities` of a model.yaml: how its requests wait and in which
/// order they are taken and answered. invalid_argument with "FILE:LINE: " where they are wrong.
core::Result<void> read_schedule(const YamlMap& model, ModelSpec& spec);

}  // namespace slipway::config
