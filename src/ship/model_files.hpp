#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/app_spec.hpp"
#include "core/error.hpp"
#include "models/repository.hpp"
#include "ship/layer.hpp"

namespace slipway::ship {

/// All versions of all models that are named, and what is to be said of them. An error for the first that is broken.
core::Result<models::Found> find_all(const std::vector<config::AppModel>& named);

/// Where the files of models go in an image: what lies below `base` to below `target`. `without` is no part of any,
/// since it is being made.
struct Placement {
  std::filesystem::path base;
  std::string target;
  std::filesystem::path without;
};

/// The files of one version: all in its folder, or of a model that was named by its file (models::Source::place) that
/// and those that begin with its stem and a dot. invalid_argument when one lies outside of the base, or leads out of
/// it; the model's own file may.
core::Result<LayerPlan> version_files(const models::Source& source, const Placement& placement);

/// What was read to learn how the models are run: model.yaml, config.pbtxt, what those name.
core::Result<LayerPlan> configuration_files(const std::vector<models::Source>& sources, const Placement& placement);

/// What a server must be shown to serve one version from where it lies: the model's folder, or its bare file and those
/// beside it that are its own; what configures it; and where links in the folder lead. Absolute.
std::vector<std::filesystem::path> read_of(const models::Source& source);

}  // namespace slipway::ship
