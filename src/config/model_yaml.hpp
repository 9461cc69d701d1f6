#pragma once

#include <array>
#include <filesystem>
#include <string_view>

#include "config/model_spec.hpp"
#include "config/yaml_reader.hpp"

namespace slipway::config {

/// The keys of a model.yaml.
inline constexpr std::array<std::string_view, 18> model_keys{"name",
                                                             "description",
                                                             "backend",
                                                             "device",
                                                             "instances",
                                                             "threads",
                                                             "max_batch_size",
                                                             "max_delay_us",
                                                             "queue_limit",
                                                             "timeout_ms",
                                                             "backend_options",
                                                             "version_labels",
                                                             "preferred_batch_sizes",
                                                             "preserve_ordering",
                                                             "priorities",
                                                             "response_cache",
                                                             "sequence",
                                                             "transforms"};

/// Reads them from a mapping that was opened with them (an app file's entry has `path` besides). `files_in` as in
/// load_model_yaml.
core::Result<ModelSpec> read_model(const YamlMap& map, const std::filesystem::path& files_in = {});

}  // namespace slipway::config
