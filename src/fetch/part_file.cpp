#include "fetch/part_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "core/io_error.hpp"

namespace slipway::fetch {

core::Result<PartFile> PartFile::create(const std::filesystem::path& path, unsigned mode) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other open
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  PartFile part(path, file);
  if (file < 0) return part.failed();
  return part;
}

PartFile::PartFile(PartFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      size_(other.size_),
      hash_(std::move(other.hash_)) {}

PartFile::~PartFile() {
  if (file_ >= 0) close(file_);
}

std::unexpected<core::Error> PartFile::failed() const {
  return core::io_failed(path_, {errno, std::generic_category()});
}

core::Result<void> PartFile::write(std::span<const char> bytes) {
  hash_.add(std::as_bytes(bytes));
  size_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed();
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

core::Result<void> PartFile::fill(std::uint64_t size) {
  static const std::vector<char> zeros(1UL << 16U);
  while (size_ < size) TRY_VOID(write(std::span(zeros).first(std::min<std::uint64_t>(zeros.size(), size - size_))));
  return {};
}

core::Result<void> PartFile::restart() {
  if (ftruncate(file_, 0) != 0 || lseek(file_, 0, SEEK_SET) != 0) return failed();
  size_ = 0;
  hash_ = models::Sha256();
  return {};
}

core::Result<std::string> PartFile::hash() {
  const auto hash = hash_.finish();
  if (!hash) return core::fail(core::Code::internal, "OpenSSL cannot compute SHA-256");
  return models::hex(*hash);
}

core::Result<void> PartFile::sync() {
  if (fsync(file_) != 0) return failed();
  return {};
}

}  // namespace slipway::fetch
