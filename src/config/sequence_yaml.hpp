#pragma once

#include "config/model_spec.hpp"
#include "config/yaml_reader.hpp"

namespace slipway::config {

/// Reads `sequence` of a model's mapping, where it has one, into `spec`.
core::Result<void> read_sequence(const YamlMap& model, ModelSpec& spec);

}  // namespace slipway::config
