#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/app_spec.hpp"
#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "models/repository.hpp"

namespace slipway::cli {

/// What `pack` and `deploy` are given: a model's file or folder, a repository, or an app file, looked at once and not
/// loaded.
struct NamedModels {
  std::filesystem::path given;  ///< absolute; links are kept: models are called what the user calls them
  bool is_app = false;
  bool is_folder = false;
  config::ServerSpec server;
  std::vector<models::Source> sources;  ///< at least one
  std::vector<std::string> notes;       ///< what the user should know, a sentence each

  /// Its name without its ending.
  std::string called() const { return (is_folder ? given.filename() : given.stem()).string(); }
};

/// invalid_argument where no model is in it; the error of the first that is broken.
core::Result<NamedModels> named_models(const std::filesystem::path& path, const config::ModelSpec& over);

}  // namespace slipway::cli
