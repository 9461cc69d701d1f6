#include "models/repository.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <map>
#include <span>
#include <utility>

#include "core/printable.hpp"
#include "core/readable.hpp"
#include "models/said.hpp"
#include "models/version_number.hpp"
#include "runtime/model_format.hpp"

namespace slipway::models {

namespace fs = std::filesystem;
using core::Code;

namespace {

bool is_folder(const fs::path& path) {
  std::error_code failure;
  return fs::is_directory(path, failure);
}

bool is_model(const fs::path& path) { return !runtime::detect_format(path).empty(); }

/// What lies in a folder, sorted, without hidden entries.
core::Result<std::vector<fs::path>> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code failure;
  fs::directory_iterator next(folder, failure);
  for (; !failure && next != fs::directory_iterator(); next.increment(failure)) {
    if (!next->path().filename().string().starts_with('.')) entries.push_back(next->path());
  }
  if (failure) {
    return core::fail(Code::invalid_argument,
                      fmt::format("{}: cannot be read: {}", folder.string(), failure.message()));
  }
  std::ranges::sort(entries);
  return entries;
}

/// What is wrong with an entry that somebody may take for a model and that is neither file nor folder; "" for others.
std::string wrong_with(const fs::path& entry) {
  std::error_code failure;
  const auto kind = fs::status(entry, failure).type();
  if (kind == fs::file_type::regular || kind == fs::file_type::directory) return "";
  // a link that leads nowhere may have been to a folder
  if (!runtime::is_called_as_model(entry) && (!fs::is_symlink(entry, failure) || entry.has_extension())) return "";
  const auto fine = core::check_readable(entry);
  return fine ? "" : fmt::format("{}: {}", core::printable(entry.string()), fine.error().message());
}

std::vector<fs::path> models_among(const std::vector<fs::path>& entries) {
  std::vector<fs::path> models;
  std::ranges::copy_if(entries, std::back_inserter(models), is_model);
  return models;
}

/// The one model of a folder: the folder itself, the entry called `filename` where somebody says it, the entry called
/// model.*, or the only entry that is one.
core::Result<fs::path> model_in(const fs::path& folder, const std::string& filename) {
  if (!filename.empty()) {
    fs::path named = folder / filename;
    if (is_model(named)) return named;
    const auto fine = core::check_readable(named);
    return core::invalid(fmt::format("{}: {}; default_model_filename names it", named.string(),
                                     fine ? "is no model of a known format" : fine.error().message()));
  }
  if (is_model(folder)) return folder;
  TRY(const auto entries, entries_of(folder));
  const std::vector<fs::path> models = models_among(entries);
  if (models.size() == 1) return models.front();
  const auto called_model =
      std::ranges::find(models, fs::path("model"), [](const fs::path& path) { return path.stem(); });
  if (called_model != models.end()) return *called_model;
  if (models.empty()) {
    for (const fs::path& entry : entries) {
      if (const std::string wrong = wrong_with(entry); !wrong.empty())
        return core::invalid(fmt::format("{}: no model is in it; {}", folder.string(), wrong));
    }
  }
  return core::fail(
      Code::invalid_argument,
      fmt::format("{}: {}, one expected (model.onnx, model.ort, model.xml, …)", folder.string(),
                  models.empty() ? "no model is in it" : fmt::format("{} models are in it", models.size())));
}

/// A bare file or a folder that is itself a model; its model.yaml is called after it, or lies in the folder.
void add_bare(Found& found, const fs::path& path, const Search& search) {
  // a folder's name has no suffix, only dots
  const std::string name = (is_folder(path) ? path.filename() : path.stem()).string();
  const fs::path inside = path / "model.yaml";
  // a bare file's neighbours belong to other models
  const fs::path folder = is_folder(path) ? path : path.parent_path() / name;
  auto [called, spec] =
      said_of(core::is_there(inside) ? inside : path.parent_path() / (name + ".yaml"), search, name, folder, found);
  if (spec) {
    spec->model_filename = path.filename().string();
    found.sources.push_back({.spec = *std::move(spec), .version = "1", .path = path, .place = path});
  } else {
    found.broken.push_back({std::move(called), "1", std::move(spec).error()});
  }
}

/// The folders in a model's folder that are versions. What only looks like one is noted.
std::vector<std::pair<std::string, fs::path>> versions_in(const std::vector<fs::path>& entries, Found& found) {
  std::vector<std::pair<std::string, fs::path>> versions;
  for (const fs::path& entry : entries) {
    const std::string number = entry.filename().string();
    if (!is_folder(entry)) continue;
    if (version_number(number) != 0) {
      versions.emplace_back(number, entry);
    } else if (std::ranges::all_of(number, [](unsigned char c) { return std::isdigit(c) != 0; })) {
      found.notes.push_back(fmt::format(
          "{}: is not served as a version: a number from 1 without leading zeros is expected", entry.string()));
    }
  }
  return versions;
}

void note_wrong(const std::vector<fs::path>& entries, Found& found) {
  for (const fs::path& entry : entries) {
    if (const std::string wrong = wrong_with(entry); !wrong.empty())
      found.notes.push_back(fmt::format("{}; it is not served", wrong));
  }
}

/// Whether a folder without numbered versions is one model's all the same: somebody describes it, or the model in it
/// is called as those in version folders are.
bool is_plain_model_folder(const fs::path& folder, const std::vector<fs::path>& entries) {
  if (core::is_there(folder / "model.yaml") || core::is_there(folder / "config.pbtxt")) return true;
  const std::vector<fs::path> models = models_among(entries);
  return models.size() == 1 && models.front().stem() == "model";
}

/// Leaves of `versions` those that `policy` has.
void keep_wanted(std::vector<std::pair<std::string, fs::path>>& versions, const config::VersionPolicy& policy) {
  const auto number = [](const auto& version) { return version_number(version.first); };
  if (!policy.specific.empty()) {
    std::erase_if(versions, [&](const auto& version) {
      return std::ranges::find(policy.specific, number(version)) == policy.specific.end();
    });
  } else if (policy.latest && versions.size() > *policy.latest) {
    std::ranges::sort(versions, {}, number);
    versions.erase(versions.begin(), versions.end() - *policy.latest);
  }
}

/// Has the settings of all say how their files are called, where they are called alike: who asks for the model as it is
/// told may name the file then.
void tell_filename(std::span<Source> sources) {
  if (sources.empty() || !sources.front().spec.model_filename.empty()) return;
  const fs::path name = sources.front().path.filename();
  const auto is_called_so = [&name](const Source& source) { return source.path.filename() == name; };
  if (!std::ranges::all_of(sources, is_called_so)) return;
  for (Source& source : sources) source.spec.model_filename = name.string();
}

/// A model's folder, with numbered versions or with the model straight in it. False when it is no such folder.
core::Result<bool> add_folder(Found& found, const fs::path& folder, const Search& search) {
  TRY(const auto entries, entries_of(folder));
  auto versions = versions_in(entries, found);
  if (versions.empty() && is_plain_model_folder(folder, entries)) {
    versions.emplace_back("1", folder);
  } else {
    note_wrong(entries, found);
  }
  if (versions.empty()) return false;
  const auto [name, spec] = said_in(folder, search, found);
  if (spec && spec->versions) keep_wanted(versions, *spec->versions);
  if (versions.empty()) {
    auto none =
        core::fail(Code::invalid_argument,
                   fmt::format("{}: none of the versions that its version_policy names is there", folder.string()));
    if (search.asked == nullptr) return none;
    found.broken.push_back({name, "1", std::move(none).error()});
  }
  const std::size_t before = found.sources.size();
  bool is_file = spec.has_value();  // and no version is itself the folder that a backend is given
  for (const auto& [number, path] : versions) {
    if (!spec) {
      found.broken.push_back({name, number, spec.error()});
    } else if (auto model = model_in(path, spec->model_filename)) {
      is_file = is_file && *model != path;
      found.sources.push_back({.spec = *spec, .version = number, .path = *std::move(model), .place = folder});
    } else {
      is_file = false;
      found.broken.push_back({name, number, std::move(model).error()});
    }
  }
  if (is_file) tell_filename(std::span(found.sources).subspan(before));
  return true;
}

/// Whether what lies in a repository may be the model called `name`: by its own name, or by what its model.yaml says.
bool may_be(const fs::path& entry, const Search& search) {
  const std::string& name = search.asked->name;
  if (!search.over.name.empty()) return search.over.name == name;
  const std::string own = (is_folder(entry) ? entry.filename() : entry.stem()).string();
  if (own == name) return true;
  return std::ranges::any_of(std::array{entry / "model.yaml", entry.parent_path() / (own + ".yaml")},
                             [&](const fs::path& yaml) {
                               if (!core::is_there(yaml)) return false;
                               const auto said = config::load_model_yaml(yaml, search.files_in());
                               return said && said->name == name;
                             });
}

/// Every model of a folder of models, or those that may be called as the one that is asked for.
core::Result<void> add_all(Found& found, const fs::path& repository, const Search& search) {
  TRY(const auto entries, entries_of(repository));
  for (const fs::path& entry : entries) {
    if (search.asked != nullptr && !may_be(entry, search)) continue;
    if (is_model(entry)) {
      add_bare(found, entry, search);
    } else if (is_folder(entry)) {
      if (auto added = add_folder(found, entry, search); !added) {
        found.broken.push_back({core::printable(entry.filename().string()), "1", std::move(added).error()});
      }
    }
  }
  return {};
}

/// Breaks those that are one version of one model: which of them would answer would be chance.
void part_namesakes(Found& found) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> files;
  for (const Source& source : found.sources) files[{source.spec.name, source.version}].push_back(source.path.string());
  std::erase_if(files, [](const auto& entry) { return entry.second.size() == 1; });
  std::erase_if(found.sources, [&files](const Source& source) {
    return files.contains({source.spec.name, source.version});
  });
  for (const auto& [model, paths] : files) {
    const auto& [name, version] = model;
    found.broken.push_back(
        {name, version,
         core::Error(Code::already_exists,
                     fmt::format("{} are both model \"{}\" version {}; rename one of them (--name is for one model)",
                                 fmt::join(paths, " and "), name, version))});
  }
}

/// What a model's settings name and cannot have.
void note_settings(Found& found) {
  std::map<std::string, std::vector<const Source*>> models;
  for (const Source& source : found.sources) models[source.spec.name].push_back(&source);
  for (const auto& [name, sources] : models) {
    const config::ModelSpec& spec = sources.front()->spec;
    for (const auto& [label, version] : spec.version_labels) {
      const auto has_label = [&version](const Source* source) { return source->version == version; };
      if (std::ranges::any_of(sources, has_label)) continue;
      std::vector<std::string_view> versions;
      for (const Source* source : sources) versions.push_back(source->version);
      found.notes.push_back(
          fmt::format(R"(model "{}": version_labels: "{}" is version {}, which is not served; versions: {})", name,
                      label, version, fmt::join(versions, ", ")));
    }
    if (spec.batching && !spec.batching->preferred_sizes.empty() &&
        spec.max_delay.value_or(std::chrono::microseconds(0)).count() == 0) {
      found.notes.push_back(
          fmt::format("model \"{}\": its preferred batch sizes do nothing without a delay, max_delay_us in model.yaml "
                      "or max_queue_delay_microseconds in config.pbtxt",
                      name));
    }
  }
}

/// Leaves what belongs to the model called `name`.
void keep_named(Found& found, const std::string& name) {
  std::erase_if(found.sources, [&](const Source& source) { return source.spec.name != name; });
  std::erase_if(found.broken, [&](const Found::Broken& broken) { return broken.name != name; });
}

core::Result<Found> look_for(const fs::path& given, const Search& search) {
  const fs::path path = named_path(given);
  if (const auto fine = core::check_readable(path); !fine)
    return std::unexpected(fine.error().within(core::printable(given.string())));
  Found found;
  if (is_model(path)) {
    add_bare(found, path, search);
  } else if (!is_folder(path)) {
    return core::fail(
        Code::invalid_argument,
        fmt::format("{}: no model format that is known; .onnx, .ort, .xml, .tflite, .pdmodel or .pb expected",
                    given.string()));
  } else {
    TRY(const bool one_model, add_folder(found, path, search));
    if (!one_model && search.asked != nullptr) found.notes.clear();  // of others
    if (!one_model) TRY_VOID(add_all(found, path, search));
  }
  if (search.asked != nullptr) {
    keep_named(found, search.asked->name);
  } else if (found.sources.empty() && found.broken.empty()) {
    return core::invalid(fmt::format("{}: no models in it; {}", given.string(),
                                     found.notes.empty()
                                         ? "model files, or folders laid out as NAME/VERSION/model.onnx, expected"
                                         : fmt::format("{}", fmt::join(found.notes, "; "))));
  }
  part_namesakes(found);
  note_settings(found);
  return found;
}

}  // namespace

fs::path named_path(const fs::path& given) {
  std::error_code failure;
  const fs::path absolute = fs::absolute(given, failure);
  const fs::path path = (failure ? given : absolute).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

core::Result<Found> find_models(const fs::path& path, const config::ModelSpec& over) {
  return look_for(path, {.over = over});
}

core::Result<Found> find_model(const fs::path& path, const config::ModelSpec& over, const Asked& asked) {
  return look_for(path, {.over = over, .asked = &asked});
}

}  // namespace slipway::models
