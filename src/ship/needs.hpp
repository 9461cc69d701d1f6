#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "models/repository.hpp"
#include "runtime/backend_registry.hpp"

namespace slipway::ship {

/// The backends that models need, and what was loaded for each.
struct Needs {
  std::vector<std::filesystem::path> program;  ///< libraries that were loaded before any model
  std::map<std::string, runtime::BackendInfo> backends;
  std::map<std::string, std::vector<std::filesystem::path>> libraries;
};

/// Loads each model, once and one at a time, with the backend that it asks for or the first that can run it, on the
/// calling thread. `loaded` is told of that backend while the model is there; its error ends it, as one of a load does.
core::Result<void> load_each(const std::vector<models::Source>& sources, runtime::BackendRegistry& backends,
                             const std::function<core::Result<void>(const runtime::BackendInfo&)>& loaded);

/// What was loaded with each model, each loaded as above.
core::Result<Needs> needs_of(const std::vector<models::Source>& sources, runtime::BackendRegistry& backends);

}  // namespace slipway::ship
