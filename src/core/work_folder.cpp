#include "core/work_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace slipway::core {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view chance = "XXXXXX";  ///< six letters, as mkdtemp has them

/// A folder that was opened and locked.
struct Locked {
  int file = -1;    ///< -1 where it was not
  int failure = 0;  ///< errno of that; ENOENT where it is gone
};

/// Whether locking failed for that the file system has no locks, as Lustre has none unless it is mounted so.
bool has_no_locks(int failure) {
  return failure == EINVAL || failure == ENOLCK || failure == ENOSYS || failure == EOPNOTSUPP;
}

Locked locked(const fs::path& folder) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other open
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return {.failure = errno};
  struct stat state {};
  const bool is_locked = flock(file, LOCK_EX | LOCK_NB) == 0;
  const int failure = is_locked ? ENOENT : errno;
  if (is_locked && fstat(file, &state) == 0 && state.st_nlink > 0) return {.file = file};
  close(file);
  return {.failure = failure};
}

void sweep(const fs::path& in, const std::string& prefix) {
  std::error_code failure;
  for (fs::directory_iterator next(in, failure); !failure && next != fs::directory_iterator();
       next.increment(failure)) {
    const std::string name = next->path().filename().string();
    if (!name.starts_with(prefix) || name.size() != prefix.size() + chance.size()) continue;
    const Locked lock = locked(next->path());
    if (lock.file < 0) continue;
    std::error_code ignored;
    fs::remove_all(next->path(), ignored);
    close(lock.file);
  }
}

}  // namespace

std::expected<WorkFolder, std::error_code> WorkFolder::create(const fs::path& in, const std::string& prefix) {
  sweep(in, prefix);
  constexpr int tries = 10;
  int failure = 0;
  for (int i = 0; i < tries; ++i) {
    std::string pattern = (in / (prefix + std::string(chance))).string();
    if (mkdtemp(pattern.data()) == nullptr) return std::unexpected(std::error_code(errno, std::generic_category()));
    const Locked lock = locked(pattern);
    if (lock.file >= 0 || has_no_locks(lock.failure)) return WorkFolder(pattern, lock.file);
    failure = lock.failure;
    // another process has swept it away, or is about to, before it was locked
    if (failure == ENOENT || failure == EWOULDBLOCK) continue;
    rmdir(pattern.c_str());
    break;
  }
  return std::unexpected(std::error_code(failure, std::generic_category()));
}

WorkFolder::WorkFolder(WorkFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}

WorkFolder::~WorkFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  if (lock_ >= 0) close(lock_);
}

}  // namespace slipway::core
