#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::ship {

/// Writes a tar archive (POSIX ustar) that depends on names and contents alone: every entry belongs to root and is as
/// old as `time`. Names are without a leading slash; one that has no room in ustar stands before its entry as GNU tar
/// has it, which dpkg, busybox and engines read too (dpkg knows none of POSIX's extended headers). Entries in the order
/// of the calls; one thread.
class TarWriter {
 public:
  using Sink = std::function<core::Result<void>(std::span<const std::byte>)>;

  TarWriter(Sink sink, std::int64_t time) : sink_(std::move(sink)), time_(time) {}

  core::Result<void> folder(std::string_view name, unsigned mode);
  core::Result<void> text(std::string_view name, std::string_view content, bool executable = false);
  /// The file's contents. An error where it changes its size while it is read.
  core::Result<void> file(std::string_view name, const std::filesystem::path& from, bool executable);
  /// Two empty blocks: the end.
  core::Result<void> finish();

 private:
  core::Result<void> head(std::string_view name, char type, std::uint64_t size, unsigned mode);
  core::Result<void> long_name(std::string_view name);
  core::Result<void> pad(std::uint64_t size);

  Sink sink_;
  std::int64_t time_;
};

}  // namespace slipway::ship
