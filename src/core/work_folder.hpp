#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <system_error>

namespace slipway::core {

/// A hidden folder within the one that something is written to, so that what lies in it gets to its place by a rename.
/// It goes with everything in it when this goes. What a process that was killed left behind is swept away by the next
/// one, which knows by a lock that nobody is there any more.
class WorkFolder {
 public:
  /// `prefix`, as ".slipway-fetch-", is that of one purpose: six letters of chance follow it, and what is called so
  /// within `in` is looked at. The system's reason where there can be none.
  static std::expected<WorkFolder, std::error_code> create(const std::filesystem::path& in, const std::string& prefix);
  WorkFolder(WorkFolder&& other) noexcept;
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  WorkFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;  ///< empty where it was moved from
  int lock_;                    ///< -1 on a file system that has no locks, where nothing is swept away
};

}  // namespace slipway::core
