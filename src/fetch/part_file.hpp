#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/error.hpp"
#include "models/sha256.hpp"

namespace slipway::fetch {

/// A new file that is hashed while it is written. Closed when it goes. One thread.
class PartFile {
 public:
  /// `mode` as open(2) takes it, so less what the process's mask says.
  static core::Result<PartFile> create(const std::filesystem::path& path, unsigned mode);
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile();

  core::Result<void> write(std::span<const char> bytes);
  /// Zeros up to this size.
  core::Result<void> fill(std::uint64_t size);
  /// Empties it.
  core::Result<void> restart();
  /// Of all that was written, in hexadecimal; once, or once more after restart().
  core::Result<std::string> hash();
  /// All of it on the disk: what is renamed then is whole, whatever happens.
  core::Result<void> sync();

  std::uint64_t size() const { return size_; }

 private:
  PartFile(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}
  std::unexpected<core::Error> failed() const;

  std::filesystem::path path_;
  int file_;
  std::uint64_t size_ = 0;
  models::Sha256 hash_;
};

}  // namespace slipway::fetch
