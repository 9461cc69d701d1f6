#include "ship/needs.hpp"

#include <set>

#include "metrics/registry.hpp"
#include "models/backend_choice.hpp"
#include "models/model_version.hpp"
#include "models/response_cache.hpp"
#include "runtime/model_format.hpp"
#include "ship/contents.hpp"
#include "ship/loaded_files.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

/// What is loaded now and was not before.
std::vector<fs::path> newly_loaded(std::set<fs::path>& known) {
  std::vector<fs::path> added;
  for (const fs::path& library : loaded_libraries()) {
    if (known.insert(library).second) added.push_back(library);
  }
  return added;
}

/// What a backend brought in that then refused the model is not needed by the one that took it.
void note(const runtime::BackendInfo& info, std::set<fs::path>& known, Needs& needs) {
  needs.backends.emplace(info.name, info);
  for (const fs::path& library : newly_loaded(known)) {
    const std::string owner = owner_of(library);
    needs.libraries[owner.empty() ? info.name : owner].push_back(library);
  }
}

/// Models that came with a backend are run by others: what tells voices from silence, beside what hears.
core::Result<void> add_needs_of_data(const runtime::BackendInfo& info, runtime::BackendRegistry& backends,
                                     std::set<fs::path>& known, Needs& needs) {
  for (const Item& item : BackendFiles(info).data()) {
    const std::string format = runtime::detect_format(item.from);
    if (format.empty()) continue;
    TRY(const auto model, backends.load("first", {.path = item.from, .format = format}));
    note(model->backend().info(), known, needs);
  }
  return {};
}

}  // namespace

core::Result<void> load_each(const std::vector<models::Source>& sources, runtime::BackendRegistry& backends,
                             const std::function<core::Result<void>(const runtime::BackendInfo&)>& loaded) {
  metrics::Registry metrics;
  models::ResponseCache cache(0);
  for (models::Source source : sources) {
    source.spec.instances = 1;
    models::spare_measuring(source.spec);
    TRY(const auto version, models::ModelVersion::load(backends, metrics, cache, source));
    auto told = loaded(version->model().backend().info());
    version->stop();
    version->finish();
    if (!told) return told;
  }
  return {};
}

core::Result<Needs> needs_of(const std::vector<models::Source>& sources, runtime::BackendRegistry& backends) {
  std::set<fs::path> known;
  Needs needs;
  needs.program = newly_loaded(known);
  TRY_VOID(load_each(sources, backends, [&](const runtime::BackendInfo& info) -> core::Result<void> {
    const bool is_new = !needs.backends.contains(info.name);
    note(info, known, needs);
    return is_new ? add_needs_of_data(info, backends, known, needs) : core::Result<void>();
  }));
  return needs;
}

}  // namespace slipway::ship
