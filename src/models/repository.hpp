#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"

namespace slipway::models {

/// One version of one model on disk, found but not loaded.
struct Source {
  config::ModelSpec spec;               ///< with its name, and its file's where all versions have one called alike
  std::string version;                  ///< a number as text, "1" for a bare file
  std::filesystem::path path;           ///< what a backend is given: a file, or a folder for formats that are folders
  std::shared_ptr<const void> keeps{};  ///< what must stay while the model is loaded: files that were made for it
  std::filesystem::path place{};        ///< the model's own: its folder, with all its versions, or the bare file
};

/// What was found, and what looked like a model but could not be taken (a model.yaml with an unknown key, a version
/// folder without a model): name and reason.
struct Found {
  std::vector<Source> sources;
  struct Broken {
    std::string name;
    std::string version;
    core::Error error;
  };
  std::vector<Broken> broken;
  std::vector<std::string> notes;  ///< what the user should know, a sentence each, as of a FIFO that is called x.onnx
};

/// Absolute, and without the "." or "/" at its end that would leave it nameless. Links are kept: a model is called what
/// the user calls it.
std::filesystem::path named_path(const std::filesystem::path& given);

/// Looks at one path of the command line or an app file:
///   - a model file or a folder that is a model (SavedModel, Paddle): one version, "1", named after the file;
///   - a model's folder: `VERSION/model.*` below it, and model.yaml or Triton's config.pbtxt beside them (or model.*
///   straight in it, version "1");
///   - a repository: a folder of such folders, or of bare model files.
/// A model file's model.yaml is called after it: digits.yaml beside digits.onnx. `over` is what the command line says
/// and wins over model.yaml. Two that have one name and version are broken, whatever is in them. not_found or
/// invalid_argument when there is nothing.
core::Result<Found> find_models(const std::filesystem::path& path, const config::ModelSpec& over);

/// What a client asks for by name.
struct Asked {
  std::string name;
  /// A Triton model configuration as JSON. It stands in the place of the model's config.pbtxt, which is not read, and
  /// wins over model.yaml and what the command line says. The files it names are looked for in the model's folder.
  std::optional<std::string> config{};
  /// Where the files that its model.yaml names must lie, if not empty: what clients send may not have others read.
  std::filesystem::path files_in{};
};

/// What is found of that model and no more, perhaps nothing: of a repository's other models nothing is read but their
/// model.yaml, which may call them so.
core::Result<Found> find_model(const std::filesystem::path& path, const config::ModelSpec& over, const Asked& asked);

}  // namespace slipway::models
