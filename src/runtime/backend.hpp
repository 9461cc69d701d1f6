#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/tensor.hpp"
#include "slipway/backend.h"

namespace slipway::runtime {

/// What to load and how: slipway_model_config with owned strings.
struct LoadOptions {
  std::filesystem::path path;  ///< absolute
  std::string format;
  std::string device = "cpu";
  std::uint32_t instances = 1;
  std::uint32_t threads = 1;
  std::vector<std::pair<std::string, std::string>> options{};
};

/// What a backend says of itself and its runtime.
struct BackendInfo {
  std::string name;
  std::filesystem::path library;
  std::string runtime_name;
  std::string runtime_version;
  std::string runtime_path;
  std::vector<std::pair<std::string, std::string>> devices;  ///< name, description
  std::vector<std::string> formats;
};

/// One backend's shared object, opened: its table and its state. Shared by the models it loaded, which keep it alive.
/// Every call is safe from any thread. What a backend gives back is checked: a wrong one ends with an error.
///
///   TRY(auto backend, Backend::open("/usr/local/lib/slipway/backends/libslipway_backend_onnxruntime.so"));
///   TRY(auto model, backend->load({.path = "/models/digits.onnx", .format = "onnx"}));
///   TRY(auto instance, Instance::create(model, 0));
class Backend : public std::enable_shared_from_this<Backend> {
 public:
  /// Opens `library` (dlopen, ABI check, the backend's own `open`). failed_precondition when it is no backend of this
  /// ABI or its runtime is missing.
  static core::Result<std::shared_ptr<Backend>> open(const std::filesystem::path& library);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  const BackendInfo& info() const { return info_; }
  const std::string& name() const { return info_.name; }
  /// Whether `load` is worth trying, quickly; unimplemented with the reason when it is not.
  core::Result<void> can_load(const LoadOptions& options) const;
  core::Result<std::shared_ptr<class Model>> load(const LoadOptions& options);

 private:
  friend class Model;
  friend class Instance;
  Backend() = default;

  slipway_host host_{};
  std::string backend_dir_;
  const slipway_backend* table_ = nullptr;
  slipway_backend_state* state_ = nullptr;
  BackendInfo info_;
};

}  // namespace slipway::runtime
