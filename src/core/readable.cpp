#include "core/readable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "core/printable.hpp"

namespace slipway::core {

namespace fs = std::filesystem;

namespace {

/// "a FIFO"; "" for a file or a folder.
const char* odd_kind(mode_t mode) {
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return S_ISREG(mode) || S_ISDIR(mode) ? "" : "a device";
}

std::unexpected<Error> cannot_read(int reason) {
  return fail(Code::failed_precondition, fmt::format("cannot be read: {}", std::generic_category().message(reason)));
}

}  // namespace

Result<void> check_readable(const fs::path& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) {
    const int reason = errno;
    if (reason != ENOENT && reason != ENOTDIR) return cannot_read(reason);
    std::error_code failure;
    const fs::path target = fs::read_symlink(path, failure);
    if (failure) return fail(Code::not_found, "no such file or folder");
    return fail(Code::not_found, fmt::format("is a link to {}, where nothing is", printable(target.string())));
  }
  if (const std::string_view kind = odd_kind(about.st_mode); !kind.empty())
    return invalid(fmt::format("is {}, a file or folder expected", kind));
  // what has become a FIFO meanwhile keeps nobody waiting
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other open
  const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return cannot_read(errno);
  close(file);
  return {};
}

bool is_there(const fs::path& path) {
  std::error_code failure;
  return fs::exists(path, failure);
}

}  // namespace slipway::core
