#include "models/model_control.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <climits>
#include <memory>
#include <ranges>

#include "core/printable.hpp"
#include "models/scratch_folder.hpp"

namespace slipway::models {

using core::Code;

ModelControl::ModelControl(Registry& registry, ModelPlaces known, bool allowed)
    : registry_(registry), places_(std::move(known.places)), over_(std::move(known.over)), allowed_(allowed) {}

void ModelControl::post(std::function<core::Result<void>()> work, Done done) {
  if (!allowed_) {
    return done(core::fail(Code::failed_precondition,
                           "models are not loaded or unloaded by requests: the server listens beyond this machine; "
                           "serve with --model-control to allow it"));
  }
  auto shared = std::make_shared<Done>(std::move(done));
  Background::Task task = [work = std::move(work), shared] {
    const auto outcome = [&work]() -> core::Result<void> {
      try {
        return work();
      } catch (const std::exception& error) {  // whoever waits for `done` must not do so for ever
        return core::fail(Code::internal, error.what());
      }
    };
    (*shared)(outcome());
  };
  if (background_.post(task)) return;
  (*shared)(core::fail(Code::resource_exhausted,
                       fmt::format("{} loads and unloads wait already; try again later", Background::most_tasks)));
}

void ModelControl::load(std::string name, LoadOptions options, Done done) {
  post([this, name = std::move(name), options = std::move(options)] { return load_now(name, options); },
       std::move(done));
}

void ModelControl::unload(std::string name, Done done) {
  post(
      [this, name = std::move(name)] {
        auto removed = registry_.remove(name);
        if (removed) asked_.insert(name);
        if (removed) spdlog::info("model \"{}\" is unloaded", name);
        return removed;
      },
      std::move(done));
}

void ModelControl::update(ModelChange change, Failed failed) {
  background_.post_always([this, change = std::move(change), failed = std::move(failed)] {
    if (asked_.contains(change.name)) {
      spdlog::info("model \"{}\" has changed on disk, and is left as requests loaded or unloaded it", change.name);
      return;
    }
    std::set<std::string> loaded;
    for (const Source& source : change.changed) loaded.insert(source.version);
    for (const FailedVersion& version : registry_.update(change)) {
      loaded.erase(version.version);
      spdlog::error("model \"{}\" version {} is not loaded, what was served stays: {}", change.name, version.version,
                    version.error.message());
      failed(change.name, version.version);
    }
    if (!loaded.empty()) spdlog::info("model \"{}\": loaded version {}", change.name, fmt::join(loaded, ", "));
    if (change.changed.empty() && !change.present.empty())
      spdlog::info("model \"{}\": left are versions {}", change.name, fmt::join(change.present, ", "));
    if (change.present.empty()) spdlog::info("model \"{}\" is gone, and served no longer", change.name);
  });
}

core::Result<void> ModelControl::load_now(const std::string& name, const LoadOptions& options) {
  if (name.empty() || name.starts_with('.') || name.find('/') != std::string::npos) {
    return core::fail(Code::invalid_argument, fmt::format("failed to load '{}': that is no name of a model's folder",
                                                          core::beginning(name, NAME_MAX)));
  }
  auto found = options.files.empty() ? find_on_disk(name, options) : write_and_find(name, options);
  if (found) {
    constexpr std::size_t most_notes = 20;  // a configuration that comes with a request may have any number
    for (const std::string& note : found->notes | std::views::take(most_notes)) spdlog::warn("{}", core::told(note));
    if (found->notes.size() > most_notes)
      spdlog::warn("model \"{}\": {} more of these", core::beginning(name, NAME_MAX), found->notes.size() - most_notes);
  }
  const core::Result<void> loaded =
      found ? registry_.replace(name, *found) : core::Result<void>(std::unexpected(std::move(found).error()));
  if (loaded) {
    asked_.insert(name);
    spdlog::info("model \"{}\" is loaded", name);
    return {};
  }
  spdlog::warn("model \"{}\" is not loaded: {}", core::beginning(name, NAME_MAX), core::told(loaded.error().message()));
  return std::unexpected(
      core::Error(loaded.error()).within(fmt::format("failed to load '{}'", core::beginning(name, NAME_MAX))));
}

core::Result<Found> ModelControl::find_on_disk(const std::string& name, const LoadOptions& options) const {
  for (const config::AppModel& place : places_) {
    auto found = find_model(place.path, place.spec, {name, options.config});
    // another place may have it
    if (found && (!found->sources.empty() || !found->broken.empty())) return found;
  }
  return core::fail(Code::not_found, fmt::format("no model of that name in {}",
                                                 places_.size() == 1 ? places_.front().path.string()
                                                                     : "any place that this server was started with"));
}

core::Result<Found> ModelControl::write_and_find(const std::string& name, const LoadOptions& options) const {
  if (name.size() > NAME_MAX)
    return core::invalid(fmt::format("a name of up to {} bytes expected where files are given", NAME_MAX));
  if (!options.config)
    return core::fail(Code::invalid_argument, "files are given without the parameter \"config\", which they need");
  TRY(const auto folder, ScratchFolder::make());
  for (const auto& [place, content] : options.files)
    TRY_VOID(folder->write(name, place, std::as_bytes(std::span(content))));
  config::ModelSpec over = over_;
  over.name = name;
  TRY(Found found, find_model(folder->path() / name, over, {name, options.config, folder->path() / name}));
  if (found.sources.empty() && found.broken.empty())
    return core::fail(Code::invalid_argument,
                      "no model is among the files that were given; file:1/model.onnx expected");
  const std::filesystem::path own = named_path(folder->path() / name);
  for (Source& source : found.sources) {
    if (source.place != own && source.place != source.path) {
      return core::fail(Code::invalid_argument,
                        fmt::format("{}: is no version of it, 1/{} expected", source.place.filename().string(),
                                    source.path.filename().string()));
    }
    source.keeps = folder;
  }
  return found;
}

}  // namespace slipway::models
