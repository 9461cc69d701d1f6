#pragma once

#include <model_config.pb.h>

#include <filesystem>
#include <string_view>

#include "config/model_spec.hpp"
#include "core/error.hpp"

/// The sections of a Triton model configuration, each into its part of a ModelSpec. The errors name the field; the file
/// is for the caller to add. Free functions without state.
namespace slipway::config {

core::Result<core::DataType> dtype_of(inference::DataType type, std::string_view where);
core::Result<core::Shape> dims_of(const google::protobuf::RepeatedField<std::int64_t>& dims, std::string_view where);

/// The file that a configuration names below `folder`. invalid_argument, beginning with `where`, for a name that is
/// absolute or leads out of it: a configuration may come from a client, who is not to read other files by it.
core::Result<std::filesystem::path> file_below(const std::filesystem::path& folder, const std::string& name,
                                               std::string_view where);

core::Result<void> read_tensors(const inference::ModelConfig& config, const std::filesystem::path& folder,
                                ModelSpec& spec);
core::Result<void> read_instances(const inference::ModelConfig& config, ModelSpec& spec);
core::Result<void> read_backend(const inference::ModelConfig& config, ModelSpec& spec);
core::Result<void> read_batching(const inference::ModelConfig& config, ModelSpec& spec);
core::Result<void> read_sequence(const inference::ModelConfig& config, const std::filesystem::path& folder,
                                 ModelSpec& spec);
/// Leaves out what has no batch_size, as Triton does.
core::Result<void> read_warm_ups(const inference::ModelConfig& config, const std::filesystem::path& folder,
                                 ModelSpec& spec);

}  // namespace slipway::config
