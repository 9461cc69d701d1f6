#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::models {

/// A folder of the process's own, as for the files that a client loads a model with; gone, with all in it, when the
/// last that uses it is.
class ScratchFolder {
 public:
  static core::Result<std::shared_ptr<ScratchFolder>> make();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Writes a file at a place below the folder called `model`, with the folders it needs. invalid_argument for a place
  /// that is absolute or leads out of it.
  core::Result<void> write(const std::string& model, std::string_view place, std::span<const std::byte> content) const;

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace slipway::models
