#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "runtime/backend.hpp"

namespace slipway::runtime {

/// Finds backends (`libslipway_backend_NAME.so`) in a list of folders and opens each once, when it is first asked for.
/// Lives as long as the program; safe from any thread.
class BackendRegistry {
 public:
  /// `folders` are searched in order; the first of two backends of one name wins.
  explicit BackendRegistry(std::vector<std::filesystem::path> folders);

  /// SLIPWAY_BACKEND_PATH (colon-separated), then `lib/slipway/backends` beside the program, then
  /// `../lib/slipway/backends` from it.
  static std::vector<std::filesystem::path> default_folders();

  /// The names found, in the order that `auto` tries them: onnxruntime, openvino, then the others by name; `fake` only
  /// when asked for by name.
  std::vector<std::string> names() const;

  /// The backend of that name, opened. not_found names the ones there are; a backend that could not be opened gives
  /// the same error each time.
  core::Result<std::shared_ptr<Backend>> get(const std::string& name);

  /// Loads with the backend called `backend`, or with the first that can when it is "auto". When none can, the error
  /// has each one's reason.
  core::Result<std::shared_ptr<Model>> load(const std::string& backend, const LoadOptions& options);

 private:
  std::vector<std::filesystem::path> folders_;
  std::map<std::string, std::filesystem::path> libraries_;
  std::mutex mutex_;
  std::map<std::string, core::Result<std::shared_ptr<Backend>>> opened_;
};

}  // namespace slipway::runtime
