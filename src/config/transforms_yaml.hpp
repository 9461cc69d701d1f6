#pragma once

#include "config/model_spec.hpp"
#include "config/yaml_reader.hpp"

namespace slipway::config {

/// Reads `transforms` of a model's mapping, where it has one, into `spec`. Files of labels are looked for beside the
/// YAML file and read here.
core::Result<void> read_transforms(const YamlMap& model, ModelSpec& spec);

}  // namespace slipway::config
