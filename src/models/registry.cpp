#include "models/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <ranges>
#include <utility>

namespace slipway::models {

using core::Code;

namespace {

/// A version's number; 0 for what is none.
std::int64_t number_of(std::string_view version) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(version.data(), version.data() + version.size(), number);
  return failure == std::errc() && end == version.data() + version.size() && number > 0 ? number : 0;
}

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::loading: return "LOADING";
    case State::ready: return "READY";
    case State::unavailable: return "UNAVAILABLE";
  }
  return "UNAVAILABLE";
}

Registry::Registry(runtime::BackendRegistry& backends, metrics::Registry& metrics)
    : backends_(backends), metrics_(metrics), snapshot_(std::make_shared<Snapshot>()) {}

std::shared_ptr<const Registry::Snapshot> Registry::snapshot() const {
  const std::scoped_lock lock(mutex_);
  return snapshot_;
}

void Registry::put(const std::string& name, std::int64_t number, Entry entry) {
  std::shared_ptr<const Snapshot> old;  // let go of after the lock: it may hold the last handle of a version
  const std::scoped_lock lock(mutex_);
  auto next = std::make_shared<Snapshot>(*snapshot_);
  (*next)[name][number] = std::move(entry);
  old = std::exchange(snapshot_, std::move(next));
}

core::Result<void> Registry::add(const Found& found, bool all_must_load) {
  for (const Found::Broken& broken : found.broken) {
    if (all_must_load) return std::unexpected(broken.error);
    put(broken.name, number_of(broken.version),
        {{broken.name, broken.version, State::unavailable, broken.error.message()}, nullptr});
  }
  for (const Source& source : found.sources) {
    const std::int64_t number = number_of(source.version);
    const auto known = snapshot();
    if (const auto model = known->find(source.spec.name); model != known->end() && model->second.contains(number)) {
      return core::fail(Code::already_exists,
                        fmt::format("{}: a model \"{}\" version {} is served already; give one of them another name",
                                    source.path.string(), source.spec.name, source.version));
    }
    IndexEntry index{source.spec.name, source.version, State::loading, ""};
    put(source.spec.name, number, {index, nullptr});
    auto version = ModelVersion::load(backends_, metrics_, source.spec, source.version, source.path);
    if (version) {
      index.state = State::ready;
      put(source.spec.name, number, {index, *std::move(version)});
      continue;
    }
    if (all_must_load) return std::unexpected(version.error());
    index.state = State::unavailable;
    index.reason = version.error().message();
    put(source.spec.name, number, {index, nullptr});
  }
  return {};
}

core::Result<Handle> Registry::find(std::string_view name, std::string_view version) const {
  const auto models = snapshot();
  const auto model = models->find(name);
  if (model == models->end()) {
    std::vector<std::string> names;
    for (const auto& [known, versions] : *models) names.push_back(known);
    return core::fail(Code::not_found, fmt::format("Request for unknown model: '{}' is not found; there are: {}", name,
                                                   fmt::join(names, ", ")));
  }
  if (version.empty()) {
    for (const auto& [number, entry] : std::views::reverse(model->second)) {
      if (entry.handle) return entry.handle;
    }
    const IndexEntry& index = model->second.rbegin()->second.index;
    return core::fail(Code::unavailable, fmt::format("model \"{}\" is not ready: {} {}", name, name_of(index.state), index.reason));
  }
  const auto at = model->second.find(number_of(version));
  if (at == model->second.end() || number_of(version) == 0) {
    std::vector<std::int64_t> numbers;
    for (const auto& [number, entry] : model->second) numbers.push_back(number);
    return core::fail(Code::not_found, fmt::format("Request for unknown model: '{}' version {} is not found; there are: {}",
                                                   name, version, fmt::join(numbers, ", ")));
  }
  if (at->second.handle) return at->second.handle;
  return core::fail(Code::unavailable, fmt::format("model \"{}\" version {} is not ready: {} {}", name, version,
                                                   name_of(at->second.index.state), at->second.index.reason));
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

core::Result<std::vector<Handle>> Registry::versions(std::string_view name) const {
  TRY_VOID(find(name, ""));
  const auto models = snapshot();
  std::vector<Handle> handles;
  for (const auto& [number, entry] : models->find(name)->second) {
    if (entry.handle) handles.push_back(entry.handle);
  }
  return handles;
}

bool Registry::ready() const {
  const auto models = snapshot();
  return std::ranges::all_of(*models, [](const auto& model) {
    return std::ranges::all_of(model.second, [](const auto& version) { return version.second.handle != nullptr; });
  });
}

}  // namespace slipway::models
