#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "metrics/registry.hpp"
#include "models/background.hpp"
#include "models/model_version.hpp"
#include "models/repository.hpp"
#include "runtime/backend_registry.hpp"

namespace slipway::models {

/// Of an unloaded version, which somebody asked for, the server is as ready as without it.
enum class State { loading, ready, unavailable, unloaded };
/// "LOADING", "READY" or "UNAVAILABLE", as the repository extension has them.
std::string_view name_of(State state);

/// One row of the repository index.
struct IndexEntry {
  std::string name;
  std::string version;
  State state = State::loading;
  std::string reason;  ///< why it is not ready
};

/// What became of one model on disk.
struct ModelChange {
  std::string name{};
  std::vector<Source> changed{};       ///< versions that are new, or others than what is served
  std::vector<std::string> present{};  ///< all of its versions that are there, readable or not
};

/// A version that could not be loaded, and why.
struct FailedVersion {
  std::string version;
  core::Error error;
};

/// Every model this process knows, by name and version. Readers take an immutable snapshot; a change builds a new one
/// and swaps it under a lock held for the swap alone. A version that was replaced or unloaded finishes what it has and
/// is destroyed, on a thread of the registry's own, when the last handle of it is gone. Owned by the composition root;
/// safe from any thread.
///
///   Registry models(backends, metrics);
///   TRY_VOID(models.add(found, false));
///   TRY(const Handle version, models.find("digits", ""));   // keeps that version alive while it is held
class Registry {
 public:
  static constexpr std::size_t default_cache_bytes = 64U << 20U;
  Registry(runtime::BackendRegistry& backends, metrics::Registry& metrics,
           std::size_t cache_bytes = default_cache_bytes);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Adds what was found: loads the versions, several at a time, and reports each in the index. The error of the first
  /// that failed is returned when `all_must_load`; else failures are in the index alone. already_exists, before
  /// anything is loaded, when a name with that version is there. One change (add, replace, remove) at a time.
  core::Result<void> add(const Found& found, bool all_must_load);

  /// Serves what was found of the model `name` in place of what is served of it. All of it is loaded and warm before
  /// the first request goes to it; what was there stays when something fails.
  core::Result<void> replace(const std::string& name, const Found& found);

  /// Serves what changed of a model's versions beside those that did not. The new ones are loaded and warm before the
  /// first request goes to them; then, at once, they stand in the place of the old, and those that are not present any
  /// more go. Where one cannot be loaded, its error is returned, the others are served all the same, and no version
  /// goes.
  std::vector<FailedVersion> update(const ModelChange& change);

  /// Serves the model no longer. not_found when there is none.
  core::Result<void> remove(std::string_view name);

  /// Ends every version, those too that were replaced or unloaded and still have requests: refuses requests, and waits
  /// until those accepted were answered. Afterwards no thread of an instance runs, whoever still holds a handle. Not
  /// from a completion.
  void finish();

  /// The version of that number, or the highest ready one for "". not_found names what there is; unavailable when the
  /// version is known but not ready.
  core::Result<Handle> find(std::string_view name, std::string_view version) const;

  std::vector<IndexEntry> index() const;
  /// The default (highest ready) version of each model, by name.
  std::vector<Handle> services() const;
  /// Every ready version of every model, by name and number.
  std::vector<Handle> all() const;
  /// The ready versions of a model, lowest first. not_found when there is no such model.
  core::Result<std::vector<Handle>> versions(std::string_view name) const;
  /// Whether everything that should be served is ready, and nobody asked to be told otherwise.
  bool ready() const;
  /// From now on a model counts as ready with one version that is, as it does for who watches what comes on disk.
  void be_ready_with_any_version() { any_version_.store(true); }
  /// Is not ready from now on, and loads nothing more, though it goes on serving: the process is about to end.
  void stop_being_ready();

  /// Calls `told` with ready() now, and after each change, on the thread that made it, which waits for it. An empty
  /// function ends that, and returns when no call is running.
  void tell_readiness(std::function<void(bool ready)> told);

 private:
  struct Entry {
    IndexEntry index;
    Handle handle;
  };
  using Versions = std::map<std::int64_t, Entry>;                 // by number
  using Snapshot = std::map<std::string, Versions, std::less<>>;  // by name
  std::shared_ptr<const Snapshot> snapshot() const;
  core::Result<void> check_new(const Found& found) const;
  static core::Error unknown(const Snapshot& models, std::string_view name);
  core::Result<std::unique_ptr<ModelVersion>> make(const Source& source);
  core::Result<Handle> load(const Source& source);
  /// Loads all, several at a time; `done` is told of each as it ends, one call at a time. Nothing more is begun once
  /// it says that it is enough.
  void load_each(const std::vector<Source>& sources,
                 const std::function<bool(const Source& source, core::Result<Handle> version)>& done);
  /// Swaps in a snapshot in which `entry` stands.
  void put(Entry entry);
  /// Swaps in a snapshot that `change` was made to.
  void change(const std::function<void(Snapshot& models)>& change);

  runtime::BackendRegistry& backends_;
  metrics::Registry& metrics_;
  ResponseCache cache_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<std::weak_ptr<Handle::element_type>>
      made_;  ///< also those that nobody can find any more and that still run
  std::mutex telling_;
  std::function<void(bool ready)> told_;
  std::atomic<bool> ending_ = false;
  std::atomic<bool> any_version_ = false;
  std::shared_ptr<Background> reaper_;  ///< held by handles too, which may be the last to go
};

}  // namespace slipway::models
