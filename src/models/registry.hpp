#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "metrics/registry.hpp"
#include "models/model_version.hpp"
#include "models/repository.hpp"
#include "runtime/backend_registry.hpp"

namespace slipway::models {

enum class State { loading, ready, unavailable };
std::string_view name_of(State state);  ///< "LOADING", "READY", "UNAVAILABLE", as the repository extension has them

/// One row of the repository index.
struct IndexEntry {
  std::string name;
  std::string version;
  State state = State::loading;
  std::string reason;  ///< why it is unavailable
};

/// Every model this process knows, by name and version. Readers take an immutable snapshot; a change builds a new one
/// and swaps it under a lock held for the swap alone. Safe from any thread.
class Registry {
 public:
  Registry(runtime::BackendRegistry& backends, metrics::Registry& metrics);

  /// Adds what was found: loads each version and reports it in the index. The error of the first that failed is
  /// returned when `all_must_load`; else failures are in the index alone. already_exists when a name with that version
  /// is there.
  core::Result<void> add(const Found& found, bool all_must_load);

  /// The version of that number, or the highest ready one for "". not_found names what there is; unavailable when the
  /// version is known but not ready.
  core::Result<Handle> find(std::string_view name, std::string_view version) const;

  std::vector<IndexEntry> index() const;
  /// The default (highest ready) version of each model, by name.
  std::vector<Handle> services() const;
  /// The ready versions of a model, lowest first. not_found when there is no such model.
  core::Result<std::vector<Handle>> versions(std::string_view name) const;
  /// Whether everything that should be served is ready.
  bool ready() const;

 private:
  struct Entry {
    IndexEntry index;
    Handle handle;
  };
  /// By name; versions by number.
  using Snapshot = std::map<std::string, std::map<std::int64_t, Entry>, std::less<>>;
  std::shared_ptr<const Snapshot> snapshot() const;
  void put(const std::string& name, std::int64_t number, Entry entry);

  runtime::BackendRegistry& backends_;
  metrics::Registry& metrics_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace slipway::models
