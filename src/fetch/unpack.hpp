#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::fetch {

enum class ArchiveKind { tar, zip };

/// By the name's ending: .tar, .tar.gz, .tgz, .tar.zst, .zip. Nothing for any other.
std::optional<ArchiveKind> archive_kind(std::string_view name);

struct UnpackLimits {
  std::uint64_t entries = 100'000;
  std::uint64_t bytes = 0;  ///< of all files together
  std::stop_token stop = {};
};

/// What an archive of so many bytes may become: fifty times that, or 1 GiB if that is more. Weights hardly shrink; what
/// shrinks more is a trap, and the disk is everybody's.
std::uint64_t unpacked_bytes_max(std::uint64_t archive_bytes);

/// What came out of an archive, by name.
struct Unpacked {
  std::uint64_t bytes = 0;
  std::map<std::string, std::string> files;  ///< SHA-256 in hexadecimal
  std::map<std::string, std::string> links;  ///< where symbolic ones lead
};

/// Unpacks an archive into the empty folder `to`, which nobody else writes. Files, folders, links that stay inside;
/// everything else is an error, and so is an archive that is damaged, ends early, or exceeds the limits. Owners, times
/// and modes are not taken over, but for whether a file may be run. Of two files of one name the later counts, as with
/// tar. What lies in `to` after an error is the caller's to remove. Blocks; one thread.
core::Result<Unpacked> unpack(const std::filesystem::path& archive, ArchiveKind kind, const std::filesystem::path& to,
                              const UnpackLimits& limits);

}  // namespace slipway::fetch
