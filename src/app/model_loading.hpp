#pragma once

#include <filesystem>
#include <vector>

#include "config/app_spec.hpp"
#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "models/registry.hpp"

namespace slipway::app {

/// Whether an argument is one, by its name; anything else is a model, a model's folder or a repository.
bool is_app_file(const std::filesystem::path& path);

/// What the arguments of `serve` name, before anything is loaded: app files are read, every other path is a model, a
/// model's folder or a repository. What the command line says of models (`over`) wins over files.
struct Plan {
  config::ServerSpec server;
  std::vector<config::AppModel> models;
  config::ModelSpec over{};  ///< what the command line says of models: of those that requests bring, too
};
core::Result<Plan> plan_from(const std::vector<std::filesystem::path>& arguments, const config::ModelSpec& over);

/// Finds and loads everything planned. A path that names one model must load; of a folder of several, those that can
/// are served, and the index says why the others are not. An error when nothing at all could be served. For one answer
/// no backends are measured: that would take longer than it could gain.
enum class Purpose { service, one_answer };
core::Result<void> load_models(const std::vector<config::AppModel>& planned, models::Registry& registry,
                               Purpose purpose = Purpose::service);

/// Leaves out folders that have nothing in them, with a word in the log: their models may come.
std::vector<config::AppModel> without_empty_folders(std::vector<config::AppModel> planned);

}  // namespace slipway::app
