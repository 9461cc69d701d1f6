#pragma once

#include <filesystem>

#include "config/model_spec.hpp"
#include "config/yaml_reader.hpp"

namespace slipway::config {

/// Reads `transforms` of a model's mapping, where it has one, into `spec`. Files of labels are looked for beside the
/// YAML file and read here; those that lie outside of `files_in` are not even looked at, unless it is empty.
core::Result<void> read_transforms(const YamlMap& model, ModelSpec& spec, const std::filesystem::path& files_in);

}  // namespace slipway::config
