#include "config/text_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <random>

#include "core/io_error.hpp"

namespace slipway::config {

namespace fs = std::filesystem;
using core::Code;

namespace {

/// The system's reason why it could not be written, 0 for none.
int write_all(const fs::path& file, std::string_view text) {
  errno = 0;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out) return 0;
  return errno == 0 ? EIO : errno;
}

}  // namespace

core::Result<std::string> read_text_file(const fs::path& file) {
  constexpr std::uintmax_t most_bytes = 64U << 20U;
  std::error_code failure;
  const auto status = fs::status(file, failure);
  if (!fs::exists(status)) return core::fail(Code::not_found, fmt::format("{}: no such file", file.string()));
  if (!fs::is_regular_file(status)) {
    return core::fail(Code::invalid_argument, fmt::format("{}: is no file, a text file expected", file.string()));
  }
  const std::uintmax_t size = fs::file_size(file, failure);
  if (failure || size > most_bytes) {
    return core::fail(
        Code::invalid_argument,
        fmt::format("{}: {}", file.string(),
                    failure ? failure.message() : fmt::format("{} bytes, at most {} expected", size, most_bytes)));
  }
  std::string text(size, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in.read(text.data(), static_cast<std::streamsize>(size))) {
    return core::fail(Code::invalid_argument, fmt::format("{}: cannot be read", file.string()));
  }
  return text;
}

core::Result<void> write_text_file(const fs::path& file, std::string_view text) {
  std::error_code failure;
  const fs::file_status status = fs::status(file, failure);
  const bool is_there = fs::is_regular_file(status);
  // nothing can take the place of a device or a pipe
  if (fs::exists(status) && !is_there) {
    if (const int reason = write_all(file, text); reason != 0) return core::cannot_write(file, reason);
    return {};
  }
  // what a link leads to is replaced, and not the link
  const fs::path target = is_there ? fs::canonical(file, failure) : file;
  // neither a thread nor a process, which in another container may have the same number, writes this one too
  const fs::path beside = target.string() + fmt::format(".part-{:08x}", std::random_device{}());
  int reason = write_all(beside, text);
  if (reason == 0) {
    if (is_there) fs::permissions(beside, status.permissions(), failure);
    fs::rename(beside, target, failure);
    if (!failure) return {};
    reason = failure.value();
  }
  fs::remove(beside, failure);
  return core::cannot_write(file, reason);
}

}  // namespace slipway::config
