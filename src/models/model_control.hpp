#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/app_spec.hpp"
#include "core/error.hpp"
#include "models/background.hpp"
#include "models/registry.hpp"
#include "models/repository.hpp"

namespace slipway::models {

/// What a client loads a model with, besides its name (the model repository extension).
struct LoadOptions {
  std::optional<std::string> config{};  ///< a Triton model configuration as JSON, for config.pbtxt
  std::vector<std::pair<std::string, std::string>>
      files{};  ///< place in the model's folder, content; with config alone
};

/// Where the process's models lie, and what its command line says of all of them.
struct ModelPlaces {
  std::vector<config::AppModel> places{};
  config::ModelSpec over{};
};

/// Loads and unloads models by name while others are served, one after the other on a thread of its own: nothing of it
/// runs on the threads that answer requests. Remembers where the process's models lie. Owned by the composition root,
/// and ended before the registry. Any thread may ask.
class ModelControl {
 public:
  using Done = std::move_only_function<void(core::Result<void>)>;  ///< on the control's thread, or the caller's

  /// The places are searched in their order. When `allowed` is false everything is refused, with how to allow it.
  ModelControl(Registry& registry, ModelPlaces known, bool allowed);

  /// Reads what is on disk under `name` again, loads it and serves it in place of what is served.
  void load(std::string name, LoadOptions options, Done done);
  using Failed = std::function<void(const std::string& name, const std::string& version)>;
  /// Serves what changed on disk, whether requests may do so or not, and logs what came of it; `failed` is told of each
  /// version that could not be loaded, on the control's thread. A model that a request loaded or unloaded is the
  /// requests' from then on, and left as they want it.
  void update(ModelChange change, Failed failed);
  /// Serves the model no longer; requests that it accepted are answered.
  void unload(std::string name, Done done);
  /// Begins nothing more.
  void stop() { background_.stop(); }

 private:
  core::Result<void> load_now(const std::string& name, const LoadOptions& options);
  core::Result<Found> find_on_disk(const std::string& name, const LoadOptions& options) const;
  core::Result<Found> write_and_find(const std::string& name, const LoadOptions& options) const;
  void post(std::function<core::Result<void>()> work, Done done);

  Registry& registry_;
  const std::vector<config::AppModel> places_;
  const config::ModelSpec over_;
  const bool allowed_;
  std::set<std::string> asked_;  ///< models that requests loaded or unloaded; on the control's thread
  Background background_;        // last: its tasks use all of the above
};

}  // namespace slipway::models
