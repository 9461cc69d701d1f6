#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::ship {

/// Writes an ar archive as Debian's packages are (deb(5)): members in the order of the calls, all of root and as old as
/// `time`. Names are of up to 16 letters. One thread.
class ArWriter {
 public:
  ArWriter(const std::filesystem::path& output, std::int64_t time);

  core::Result<void> text(std::string_view name, std::string_view content);
  core::Result<void> file(std::string_view name, const std::filesystem::path& from);
  core::Result<void> finish();

 private:
  core::Result<void> head(std::string_view name, std::uint64_t size);
  void pad(std::uint64_t size);
  core::Result<void> state() const;

  std::string output_;
  std::int64_t time_;
  std::ofstream out_;
};

}  // namespace slipway::ship
