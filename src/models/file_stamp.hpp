#pragma once

#include <cstdint>
#include <filesystem>

namespace slipway::models {

/// What changes when anything below `root` does: names, sizes, times of change and inode numbers, hashed (FNV-1a, 64
/// bits). Links are followed; names that begin with a dot are left out, which is what copying tools call what is not
/// whole. Looks at no more than `most_stamped_files` entries, six folders deep, and sets `is_whole` to false where
/// there are more. 0 when nothing is there.
std::uint64_t stamp_of(const std::filesystem::path& root, bool* is_whole = nullptr);

inline constexpr std::size_t most_stamped_files = 100'000;

/// Of a folder itself: changes when names come to it or go.
std::uint64_t stamp_of_names(const std::filesystem::path& folder);

/// Which file system a path lies on; 0 when it is not there.
std::uint64_t device_of(const std::filesystem::path& path);

/// One stamp of two, in this order.
std::uint64_t combined(std::uint64_t first, std::uint64_t second);

}  // namespace slipway::models
