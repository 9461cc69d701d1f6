#pragma once

#include <filesystem>

#include "cli/named_models.hpp"
#include "core/error.hpp"
#include "ship/deploy_plan.hpp"

namespace slipway::cli {

/// What is known of the models without loading them. An error for the first that cannot be read.
core::Result<ship::DeploySubject> deploy_subject(const NamedModels& named, const config::ModelSpec& over);

/// Loads each model once, with the first backend that can run it where none is asked for: what cannot be served is not
/// deployed. Of a model whose device is not here it notes that it was not loaded.
core::Result<void> load_all(const NamedModels& named, ship::DeploySubject& subject);

/// An app file's models come with its image: invalid_argument where slipway pack would not take one of its files along.
core::Result<void> check_packable(const NamedModels& named);

/// invalid_argument where what is to be written is read, and where a server would take the file that is to be written
/// for what is said of one of those models.
core::Result<void> check_output(const NamedModels& named, const std::filesystem::path& output);

}  // namespace slipway::cli
