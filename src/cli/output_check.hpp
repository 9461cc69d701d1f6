#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/named_models.hpp"
#include "core/error.hpp"
#include "models/repository.hpp"

namespace slipway::cli {

/// The files that are read of models: themselves, those of their weights, and what is said of them. Of a model that
/// cannot be read what is wrong is told when it is loaded.
std::vector<std::filesystem::path> files_read(const std::vector<models::Source>& sources);

/// Of all that was named, an app file itself among them.
std::vector<std::filesystem::path> files_read(const NamedModels& named);

/// invalid_argument where the file to be written is one of those that are read, by whatever name.
core::Result<void> check_not_read(const std::string& option, const std::filesystem::path& output,
                                  const std::vector<std::filesystem::path>& read);

}  // namespace slipway::cli
