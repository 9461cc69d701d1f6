#include "ship/model_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "models/companions.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

/// Whether a path stands below a folder, by their names.
bool is_below(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && relative != "." && *relative.begin() != "..";
}

bool is_hidden(const fs::path& file) { return file.filename().string().starts_with('.'); }

/// The folder that is all one version's: the numbered one of the model's own, or all of that. Empty where the model's
/// own is a file, of which nothing says that what lies beside it belongs to it, and where it is the app file's folder.
fs::path own_folder(const models::Source& source, const fs::path& base) {
  std::error_code failure;
  if (!fs::is_directory(source.place, failure)) return {};
  fs::path numbered = source.place / source.version;
  if (source.path == numbered || is_below(source.path, numbered)) return numbered;
  return source.path == source.place || is_below(source.place, base) ? source.place : fs::path();
}

/// `is_asked_for`: a link of the user's own choice may lead anywhere.
core::Result<void> add_files(LayerPlan& plan, const fs::path& given, const Placement& placement,
                             bool is_asked_for = false) {
  const fs::path file = given.lexically_normal();
  std::error_code failure;
  const fs::path real = fs::canonical(file, failure);
  if (failure) return core::fail(core::Code::not_found, fmt::format("{}: {}", file.string(), failure.message()));
  if (!is_below(file, placement.base) || (!is_asked_for && !is_below(real, fs::canonical(placement.base, failure)))) {
    return core::invalid(fmt::format("{}: lies outside of {}; what is packed together must lie in one folder",
                                     is_below(file, placement.base) ? real.string() : file.string(),
                                     placement.base.string()));
  }
  if (real == placement.without) return {};
  plan.items.push_back(
      file_item(file, placement.target + "/" + file.lexically_relative(placement.base).generic_string()));
  return {};
}

/// Whether an entry is a link to a folder that it lies in.
bool leads_round(const fs::directory_entry& entry) {
  std::error_code failure;
  if (!entry.is_symlink(failure) || !entry.is_directory(failure)) return false;
  const fs::path folder = fs::canonical(entry.path().parent_path(), failure);
  const fs::path target = fs::canonical(entry.path(), failure);
  return folder == target || is_below(folder, target);
}

core::Result<void> add_folder(LayerPlan& plan, const fs::path& folder, const Placement& placement) {
  std::error_code failure;
  fs::recursive_directory_iterator entries(folder, fs::directory_options::follow_directory_symlink, failure);
  for (; !failure && entries != fs::recursive_directory_iterator(); entries.increment(failure)) {
    std::error_code ignored;
    if (leads_round(*entries))
      return core::invalid(fmt::format("{}: a link to a folder that it lies in", entries->path().string()));
    if (is_hidden(entries->path())) {
      entries.disable_recursion_pending();
    } else if (entries->is_regular_file(ignored)) {
      TRY_VOID(add_files(plan, entries->path(), placement));
    }
  }
  if (failure)
    return core::fail(core::Code::invalid_argument, fmt::format("{}: {}", folder.string(), failure.message()));
  return {};
}

/// Where links in a folder lead out of it.
std::vector<fs::path> links_out_of(const fs::path& folder) {
  std::vector<fs::path> targets;
  std::error_code failure;
  const fs::path real = fs::canonical(folder, failure);
  fs::recursive_directory_iterator entries(folder, failure);
  for (; !failure && entries != fs::recursive_directory_iterator(); entries.increment(failure)) {
    std::error_code ignored;
    if (!entries->is_symlink(ignored)) continue;
    const fs::path target = fs::canonical(entries->path(), ignored);
    if (!ignored && target != real && !is_below(target, real)) targets.push_back(target);
  }
  return targets;
}

}  // namespace

core::Result<models::Found> find_all(const std::vector<config::AppModel>& named) {
  models::Found all;
  for (const config::AppModel& model : named) {
    TRY(models::Found found, models::find_models(model.path, model.spec));
    if (!found.broken.empty()) return std::unexpected(found.broken.front().error);
    std::ranges::move(found.sources, std::back_inserter(all.sources));
    std::ranges::move(found.notes, std::back_inserter(all.notes));
  }
  return all;
}

core::Result<LayerPlan> version_files(const models::Source& source, const Placement& placement) {
  LayerPlan plan{.title = fmt::format("model {}, version {}", source.spec.name, source.version), .items = {}};
  plan.is_of_user = true;
  if (const fs::path folder = own_folder(source, placement.base); !folder.empty()) {
    TRY_VOID(add_folder(plan, folder, placement));
  } else {
    TRY_VOID(add_files(plan, source.path, placement, true));
    for (const fs::path& file : models::companions_of(source.path)) TRY_VOID(add_files(plan, file, placement));
  }
  // they are in the layer of the configuration
  std::erase_if(plan.items, [&](const Item& item) {
    return std::ranges::find(source.spec.files, item.from) != source.spec.files.end();
  });
  return plan;
}

core::Result<LayerPlan> configuration_files(const std::vector<models::Source>& sources, const Placement& placement) {
  LayerPlan plan{.title = "configuration of the models", .items = {}};
  for (const models::Source& source : sources) {
    for (const fs::path& file : source.spec.files) TRY_VOID(add_files(plan, file, placement));
  }
  return plan;
}

std::vector<fs::path> read_of(const models::Source& source) {
  std::error_code failure;
  std::vector<fs::path> read{source.place};
  const bool is_bare = !fs::is_directory(source.place, failure);
  std::ranges::move(is_bare ? models::companions_of(fs::absolute(source.place, failure)) : links_out_of(source.place),
                    std::back_inserter(read));
  read.insert(read.end(), source.spec.files.begin(), source.spec.files.end());
  for (fs::path& path : read) path = fs::absolute(path, failure).lexically_normal();
  return read;
}

}  // namespace slipway::ship
