#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "runtime/backend.hpp"
#include "runtime/model.hpp"

namespace slipway::runtime {

/// Finds backends (`libslipway_backend_NAME.so`) in a list of folders and opens each once, when it is first asked for.
/// Lives as long as the program. Safe from any thread; while one backend is being opened the others can be had.
///
///   BackendRegistry backends(BackendRegistry::default_folders());
///   TRY(auto model, backends.load("first", {.path = "/models/digits.onnx", .format = "onnx"}));
class BackendRegistry {
 public:
  /// `folders` are searched in order; the first of two backends of one name wins.
  explicit BackendRegistry(const std::vector<std::filesystem::path>& folders);

  /// SLIPWAY_BACKEND_PATH (colon-separated), then `lib/slipway/backends` beside the program, then
  /// `../lib/slipway/backends` from it.
  static std::vector<std::filesystem::path> default_folders();

  /// The names found, in the order that they are tried in: onnxruntime, openvino, then the others by name. Without
  /// `fake`, which has to be asked for by name or by a file of its format.
  std::vector<std::string> names() const;

  /// The backend of that name, opened. not_found names the ones there are; a backend that could not be opened gives
  /// the same error each time.
  core::Result<std::shared_ptr<Backend>> get(const std::string& name);

  /// Loads with the backend called `backend`, or with the first that can when it is "first". An error begins with the
  /// model's path. What cannot be read is shown to no backend. One that lies in the file itself (invalid_argument) ends
  /// the search; when no backend can run the model, the error has the reason of each that tried.
  core::Result<std::shared_ptr<Model>> load(const std::string& backend, const LoadOptions& options);

  /// The backends that "first" tries for such a model, in their order: all, or the one that a format is for.
  std::vector<std::string> candidates(const LoadOptions& options) const;

  /// Whether the backend called `backend`, or any that "first" would try, takes such a model on by its name, device and
  /// options; the file is not read.
  bool accepts(const std::string& backend, const LoadOptions& options);

 private:
  struct Entry {
    std::filesystem::path library;
    std::once_flag once;
    std::optional<core::Result<std::shared_ptr<Backend>>> opened;  ///< written under `once`, then only read
  };

  core::Result<std::shared_ptr<Model>> load_with(const std::string& backend, const LoadOptions& options);
  core::Result<std::shared_ptr<Model>> load_with_first(const LoadOptions& options);

  std::map<std::string, Entry> entries_;  ///< as found; not changed after construction
};

}  // namespace slipway::runtime
