#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "runtime/backend_registry.hpp"
#include "ship/debian_packages.hpp"
#include "ship/image.hpp"
#include "ship/plan.hpp"

namespace slipway::ship {

/// What goes along, whatever it is packed as: files by their names in an image, and how they are run there.
struct Cargo {
  std::vector<LayerPlan> layers;  ///< the program, each backend, configuration, each version
  ImageConfig config;
  std::map<std::string, SystemPackage> owners;  ///< of the system's libraries, by their names in the image
  std::vector<std::string> backends;            ///< by name
};

/// Loads each model and gathers what it, its backend and the program need. The models' files are laid out below `root`
/// by links; the result takes them from there.
core::Result<Cargo> gather(const PackPlan& plan, runtime::BackendRegistry& backends, const std::filesystem::path& root);

}  // namespace slipway::ship
