#include "models/repository.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "runtime/model_format.hpp"

namespace slipway::models {

namespace fs = std::filesystem;
using core::Code;

namespace {

/// A version folder's number; 0 for any other name.
std::int64_t version_number(const std::string& name) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  return failure == std::errc() && end == name.data() + name.size() && number > 0 && name.front() != '0' ? number : 0;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (!entry.path().filename().string().starts_with('.')) entries.push_back(entry.path());
  }
  std::ranges::sort(entries);
  return entries;
}

/// The one model of a folder: the file called model.*, or the only file that is one, or the folder itself.
core::Result<fs::path> model_in(const fs::path& folder) {
  if (!runtime::detect_format(folder).empty()) return folder;
  std::vector<fs::path> found;
  for (const fs::path& entry : entries_of(folder)) {
    if (runtime::detect_format(entry).empty()) continue;
    if (entry.stem() == "model") return entry;
    found.push_back(entry);
  }
  if (found.size() == 1) return found.front();
  return core::fail(Code::invalid_argument,
                    fmt::format("{}: {} found, one expected (model.onnx, model.ort, model.xml, …)", folder.string(),
                                found.empty() ? "no model is" : "several models are"));
}

core::Result<config::ModelSpec> spec_for(const fs::path& yaml, const config::ModelSpec& over, const std::string& name) {
  config::ModelSpec spec;
  std::error_code failure;
  if (fs::exists(yaml, failure)) {
    TRY(spec, config::load_model_yaml(yaml));
  }
  spec = config::merge(std::move(spec), over);
  if (spec.name.empty()) spec.name = name;
  return spec;
}

/// A bare file or a folder that is itself a model; its model.yaml is called after it.
void add_bare(Found& found, const fs::path& path, const config::ModelSpec& over) {
  const std::string name = path.stem().string();
  auto spec = spec_for(path.parent_path() / (name + ".yaml"), over, name);
  if (spec) {
    found.sources.push_back({*std::move(spec), "1", path});
  } else {
    found.broken.push_back({name, "1", std::move(spec).error()});
  }
}

/// A model's folder, with numbered versions or with the model straight in it. False when it is no such folder.
bool add_folder(Found& found, const fs::path& folder, const config::ModelSpec& over) {
  const std::string name = folder.filename().string();
  std::vector<std::pair<std::string, fs::path>> versions;
  for (const fs::path& entry : entries_of(folder)) {
    const std::string number = entry.filename().string();
    if (fs::is_directory(entry) && version_number(number) != 0) versions.emplace_back(number, entry);
  }
  const bool described = fs::exists(folder / "model.yaml") || fs::exists(folder / "config.pbtxt");
  if (versions.empty()) {
    const auto model = model_in(folder);
    if (!described && (!model || model->stem() != "model")) return false;
    versions.emplace_back("1", folder);
  }
  if (fs::exists(folder / "config.pbtxt"))
    found.notes.push_back(fmt::format("{}: config.pbtxt is not read; the model is served as its file describes itself",
                                      folder.string()));
  const auto spec = spec_for(folder / "model.yaml", over, name);
  for (const auto& [number, path] : versions) {
    if (!spec) {
      found.broken.push_back({name, number, spec.error()});
      continue;
    }
    auto model = model_in(path);
    if (model) {
      found.sources.push_back({*spec, number, *std::move(model)});
    } else {
      found.broken.push_back({spec->name, number, std::move(model).error()});
    }
  }
  return true;
}

}  // namespace

core::Result<Found> find_models(const fs::path& given, const config::ModelSpec& over) {
  std::error_code failure;
  fs::path path = fs::weakly_canonical(given, failure);
  if (failure) path = given;
  if (!fs::exists(path, failure))
    return core::fail(Code::not_found, fmt::format("{}: no such file or folder", given.string()));
  Found found;
  if (!fs::is_directory(path)) {
    if (runtime::detect_format(path).empty()) {
      return core::fail(Code::invalid_argument,
                        fmt::format("{}: no model format that is known (.onnx, .ort, .xml, .tflite, .pdmodel, .pb)",
                                    given.string()));
    }
    add_bare(found, path, over);
    return found;
  }
  if (!runtime::detect_format(path).empty()) {
    add_bare(found, path, over);
    return found;
  }
  if (add_folder(found, path, over)) return found;
  for (const fs::path& entry : entries_of(path)) {
    if (!runtime::detect_format(entry).empty()) {
      add_bare(found, entry, over);
    } else if (fs::is_directory(entry)) {
      add_folder(found, entry, over);
    }
  }
  if (found.sources.empty() && found.broken.empty()) {
    return core::fail(Code::invalid_argument,
                      fmt::format("{}: no models in it; NAME/VERSION/model.onnx or model files are expected", given.string()));
  }
  return found;
}

}  // namespace slipway::models
