#include "models/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <ranges>
#include <thread>
#include <utility>

#include "core/cpus.hpp"
#include "models/version_number.hpp"

namespace slipway::models {

using core::Code;

namespace {

template <class Map>
std::string keys_of(const Map& map) {
  return fmt::format("{}", fmt::join(std::views::keys(map), ", "));
}

/// Why a known version does not answer.
core::Error not_ready(const IndexEntry& entry) {
  const bool loading = entry.state == State::loading;
  return {Code::unavailable, fmt::format("model \"{}\" version {} is not ready: {}", entry.name, entry.version,
                                         loading ? "it is being loaded" : entry.reason)};
}

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::loading: return "LOADING";
    case State::ready: return "READY";
    case State::unavailable:
    case State::unloaded: break;
  }
  return "UNAVAILABLE";
}

Registry::Registry(runtime::BackendRegistry& backends, metrics::Registry& metrics, std::size_t cache_bytes)
    : backends_(backends),
      metrics_(metrics),
      cache_(cache_bytes),
      snapshot_(std::make_shared<Snapshot>()),
      reaper_(std::make_shared<Background>()) {}

Registry::~Registry() = default;

std::shared_ptr<const Registry::Snapshot> Registry::snapshot() const {
  const std::scoped_lock lock(mutex_);
  return snapshot_;
}

void Registry::change(const std::function<void(Snapshot& models)>& change) {
  std::shared_ptr<const Snapshot> old;  // let go of after the lock: it may hold the last handle of a version
  {
    const std::scoped_lock lock(mutex_);
    auto next = std::make_shared<Snapshot>(*snapshot_);
    change(*next);
    old = std::exchange(snapshot_, std::move(next));
  }
  const std::scoped_lock lock(telling_);
  if (told_) told_(ready());
}

void Registry::tell_readiness(std::function<void(bool ready)> told) {
  const std::scoped_lock lock(telling_);
  told_ = std::move(told);
  if (told_) told_(ready());
}

void Registry::put(Entry entry) {
  const std::int64_t number = version_number(entry.index.version);
  change([&](Snapshot& models) { models[entry.index.name].insert_or_assign(number, std::move(entry)); });
}

core::Result<std::unique_ptr<ModelVersion>> Registry::make(const Source& source) try {
  return ModelVersion::load(backends_, metrics_, cache_, source);
} catch (const std::exception& error) {  // out of memory, most likely: one model's failure, not the process's
  return core::fail(Code::internal, fmt::format("model \"{}\": {}", source.spec.name, error.what()));
}

core::Result<Handle> Registry::load(const Source& source) {
  if (ending_.load())
    return core::fail(Code::unavailable, fmt::format("model \"{}\": the server is ending", source.spec.name));
  TRY(std::unique_ptr<ModelVersion> version, make(source));
  // whoever lets go of a version last, an instance's own thread perhaps, must not wait for its instances to end
  Handle handle(version.release(), [reaper = reaper_](ModelVersion* retired) {
    reaper->post_always([owned = std::unique_ptr<ModelVersion>(retired)]() mutable {
      owned.reset();
      ::malloc_trim(0);  // weights leave holes between what lives on, which the allocator keeps by itself
    });
  });
  const std::scoped_lock lock(mutex_);
  std::erase_if(made_, [](const auto& other) { return other.expired(); });
  made_.push_back(handle);
  return handle;
}

void Registry::load_each(const std::vector<Source>& sources,
                         const std::function<bool(const Source& source, core::Result<Handle> version)>& done) {
  std::mutex telling;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < sources.size(); i = next++) {
      auto version = load(sources[i]);
      const std::scoped_lock lock(telling);
      if (!done(sources[i], std::move(version))) next = sources.size();
    }
  };
  std::vector<std::jthread> others;
  const std::size_t threads = std::min<std::size_t>(sources.size(), core::usable_cpus());
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  others.clear();
  reaper_->post_always([] { ::malloc_trim(0); });  // of what reading and trying the models took
}

core::Result<void> Registry::check_new(const Found& found) const {
  const auto known = snapshot();
  const auto check = [&known](const std::string& name, const std::string& version,
                              const std::string& where) -> core::Result<void> {
    const auto model = known->find(name);
    if (model == known->end() || !model->second.contains(version_number(version))) return {};
    return core::fail(Code::already_exists,
                      fmt::format("{}model \"{}\" version {} is served already; give one of them another name", where,
                                  name, version));
  };
  for (const Source& source : found.sources)
    TRY_VOID(check(source.spec.name, source.version, source.path.string() + ": "));
  for (const Found::Broken& broken : found.broken) TRY_VOID(check(broken.name, broken.version, ""));
  return {};
}

core::Result<void> Registry::add(const Found& found, bool all_must_load) {
  TRY_VOID(check_new(found));
  if (all_must_load && !found.broken.empty()) return std::unexpected(found.broken.front().error);
  for (const Found::Broken& broken : found.broken) {
    put({{broken.name, broken.version, State::unavailable, broken.error.message()}, nullptr});
  }
  for (const Source& source : found.sources) put({{source.spec.name, source.version, State::loading, ""}, nullptr});
  core::Result<void> outcome;
  load_each(found.sources, [&](const Source& source, core::Result<Handle> version) {
    Entry entry{{source.spec.name, source.version, State::ready, ""}, nullptr};
    if (version) {
      entry.handle = *std::move(version);
    } else {
      entry.index.state = State::unavailable;
      entry.index.reason = version.error().message();
      if (all_must_load && outcome) outcome = std::unexpected(version.error());
    }
    put(std::move(entry));
    return outcome.has_value();
  });
  return outcome;
}

core::Result<void> Registry::replace(const std::string& name, const Found& found) {
  if (!found.broken.empty()) return std::unexpected(found.broken.front().error);
  core::Result<void> outcome;
  Versions versions;
  load_each(found.sources, [&](const Source& source, core::Result<Handle> version) {
    if (version) {
      versions[version_number(source.version)] = {{name, source.version, State::ready, ""}, *std::move(version)};
    } else if (outcome) {
      outcome = std::unexpected(std::move(version).error());
    }
    return outcome.has_value();
  });
  if (outcome) change([&](Snapshot& models) { models.insert_or_assign(name, std::move(versions)); });
  return outcome;
}

std::vector<FailedVersion> Registry::update(const ModelChange& change) {
  std::vector<FailedVersion> failures;
  Versions loaded;
  Versions failed;
  load_each(change.changed, [&](const Source& source, core::Result<Handle> version) {
    const std::int64_t number = version_number(source.version);
    if (version) {
      loaded[number] = {{change.name, source.version, State::ready, ""}, *std::move(version)};
    } else {
      failed[number] = {{change.name, source.version, State::unavailable, version.error().message()}, nullptr};
      failures.push_back({source.version, std::move(version).error()});
    }
    return true;
  });
  this->change([&](Snapshot& models) {
    Versions& versions = models[change.name];
    for (auto& [number, entry] : loaded) versions.insert_or_assign(number, std::move(entry));
    for (auto& [number, entry] : failed) {  // of what was not served before either the newest reason is told
      const auto at = versions.find(number);
      if (at != versions.end() && at->second.index.state == State::unavailable) at->second = std::move(entry);
    }
    if (failed.empty()) {
      std::erase_if(versions, [&change](const auto& version) {
        return std::ranges::find(change.present, version.second.index.version) == change.present.end();
      });
    }
    if (versions.empty()) models.erase(change.name);
  });
  return failures;
}

core::Result<void> Registry::remove(std::string_view name) {
  if (const auto models = snapshot(); !models->contains(name)) return std::unexpected(unknown(*models, name));
  change([&](Snapshot& models) {
    for (Entry& entry : models.find(name)->second | std::views::values) {
      entry.handle.reset();
      entry.index.state = State::unloaded;
      entry.index.reason = "unloaded";
    }
  });
  return {};
}

void Registry::finish() {
  std::vector<Handle> versions;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& made : made_) {
      if (Handle version = made.lock()) versions.push_back(std::move(version));
    }
  }
  for (const Handle& version : versions) version->stop();
  for (const Handle& version : versions) version->finish();
}

core::Result<Handle> Registry::find(std::string_view name, std::string_view version) const {
  const auto models = snapshot();
  const auto model = models->find(name);
  if (model == models->end()) return std::unexpected(unknown(*models, name));
  const Versions& versions = model->second;
  if (version.empty()) {
    for (const Entry& entry : versions | std::views::values | std::views::reverse) {
      if (entry.handle) return entry.handle;
    }
    return std::unexpected(not_ready(versions.rbegin()->second.index));
  }
  const auto at = versions.find(version_number(version));
  if (at == versions.end()) {
    return core::fail(Code::not_found,
                      fmt::format("Request for unknown model: '{}' version {} is not found; versions served: {}", name,
                                  version, keys_of(versions)));
  }
  if (!at->second.handle) return std::unexpected(not_ready(at->second.index));
  return at->second.handle;
}

core::Error Registry::unknown(const Snapshot& models, std::string_view name) {
  return {Code::not_found, fmt::format("Request for unknown model: '{}' is not found; models served: {}", name,
                                       models.empty() ? "none" : keys_of(models))};
}

std::vector<IndexEntry> Registry::index() const {
  std::vector<IndexEntry> entries;
  for (const auto& [name, versions] : *snapshot()) {
    for (const auto& [number, entry] : versions) entries.push_back(entry.index);
  }
  return entries;
}

std::vector<Handle> Registry::services() const {
  std::vector<Handle> handles;
  for (const auto& [name, versions] : *snapshot()) {
    for (const auto& [number, entry] : std::views::reverse(versions)) {
      if (!entry.handle) continue;
      handles.push_back(entry.handle);
      break;
    }
  }
  return handles;
}

std::vector<Handle> Registry::all() const {
  std::vector<Handle> handles;
  for (const auto& [name, versions] : *snapshot()) {
    for (const auto& [number, entry] : versions) {
      if (entry.handle) handles.push_back(entry.handle);
    }
  }
  return handles;
}

core::Result<std::vector<Handle>> Registry::versions(std::string_view name) const {
  const auto models = snapshot();
  const auto model = models->find(name);
  if (model == models->end()) return std::unexpected(unknown(*models, name));
  std::vector<Handle> handles;
  for (const Entry& entry : model->second | std::views::values) {
    if (entry.handle) handles.push_back(entry.handle);
  }
  return handles;
}

void Registry::stop_being_ready() {
  ending_.store(true);
  const std::scoped_lock lock(telling_);
  if (told_) told_(ready());
}

bool Registry::ready() const {
  if (ending_.load()) return false;
  const auto models = snapshot();
  const auto is_as_asked = [](const Entry& entry) {
    return entry.index.state == State::ready || entry.index.state == State::unloaded;
  };
  return std::ranges::all_of(*models, [&](const auto& model) {
    const auto versions = model.second | std::views::values;
    return any_version_.load() ? std::ranges::any_of(versions, is_as_asked)
                               : std::ranges::all_of(versions, is_as_asked);
  });
}

}  // namespace slipway::models
