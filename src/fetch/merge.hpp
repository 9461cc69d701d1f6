#pragma once

#include <filesystem>
#include <set>

#include "core/error.hpp"

namespace slipway::fetch {

/// What cannot be seen of two folders that are merged. Paths are relative to them.
struct Merging {
  std::set<std::filesystem::path> stale = {};  ///< of an earlier merging, and in the new folder no more: removed
  std::set<std::filesystem::path> kept = {};   ///< there already, and belongs to what comes: never removed
  std::filesystem::path last = {};             ///< the file that comes after all others
};

/// Moves what lies in `from` to `to`, by renames; `aside` is an empty folder for what goes, and all three lie on one
/// file system. A file takes the place of the file that was there. A folder takes the place of the one that was there
/// in one exchange if it is a version's, or if all in that one is stale or comes anew; other folders are added to.
/// Nothing is moved where a file would replace a folder that has more in it, a folder a file, or where a folder is a
/// link, through which nothing is written. A rename that fails has those before it undone; a process that ends between
/// two leaves what it had done.
core::Result<void> merge(const std::filesystem::path& from, const std::filesystem::path& to,
                         const std::filesystem::path& aside, const Merging& merging = {});

}  // namespace slipway::fetch
