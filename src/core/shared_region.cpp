#include "core/shared_region.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

namespace slipway::core {

namespace {

std::string where(const RegionSpec& spec) { return fmt::format(R"(shared memory region "{}")", spec.name); }

std::unexpected<Error> system_failure(const RegionSpec& spec, std::string_view what, int number) {
  Code code = Code::internal;
  if (number == ENOENT) code = Code::not_found;
  if (number == EACCES || number == EPERM) code = Code::permission_denied;
  if (number == EMFILE || number == ENFILE || number == ENOSPC || number == ENOMEM) code = Code::resource_exhausted;
  return fail(code, fmt::format(R"({}: the object "{}" {}: {})", where(spec), spec.key, what,
                                std::generic_category().message(number)));
}

std::unexpected<Error> no_object(const RegionSpec& spec) {
  return invalid(fmt::format(R"({}: "{}" is no shared memory object)", where(spec), spec.key));
}

/// The object's name with the one slash in front that POSIX asks for.
Result<std::string> object_name(const RegionSpec& spec) {
  const std::string_view name =
      std::string_view(spec.key).substr(std::min(spec.key.find_first_not_of('/'), spec.key.size()));
  const bool is_name = !name.empty() && name != "." && name != ".." && name.size() <= NAME_MAX &&
                       name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
  if (is_name) return fmt::format("/{}", name);
  return invalid(fmt::format(R"({}: the key "{}" names no shared memory object; "/name" of up to {} bytes expected)",
                             where(spec), spec.key.substr(0, NAME_MAX), NAME_MAX));
}

std::uint64_t size_of(const struct stat& found) { return static_cast<std::uint64_t>(found.st_size); }

}  // namespace

Result<std::shared_ptr<const SharedRegion>> SharedRegion::open(RegionSpec spec) {
  TRY(const std::string name, object_name(spec));
  if (spec.size_bytes == 0) return invalid(fmt::format("{}: 0 bytes given, at least 1 expected", where(spec)));
  const int descriptor = shm_open(name.c_str(), O_RDWR | O_NONBLOCK, 0);
  // EINVAL is how glibc says that it is a folder
  if (descriptor < 0 && (errno == EISDIR || errno == EINVAL || errno == ELOOP)) return no_object(spec);
  if (descriptor < 0) return system_failure(spec, "cannot be opened", errno);
  std::shared_ptr<const SharedRegion> region(new SharedRegion(std::move(spec), descriptor));
  TRY_VOID(region->check_whole());
  return region;
}

SharedRegion::~SharedRegion() { close(descriptor_); }

Result<void> SharedRegion::check_whole() const {
  struct stat found {};
  if (fstat(descriptor_, &found) != 0) return system_failure(spec_, "cannot be looked at", errno);
  if (!S_ISREG(found.st_mode)) return no_object(spec_);
  if (spec_.offset_bytes <= size_of(found) && spec_.size_bytes <= size_of(found) - spec_.offset_bytes) return {};
  return fail(Code::failed_precondition,
              fmt::format(R"({}: {} bytes from byte {} on, but the object "{}" has {})", where(spec_), spec_.size_bytes,
                          spec_.offset_bytes, spec_.key, size_of(found)));
}

Result<void> SharedRegion::read(std::uint64_t at, std::span<std::byte> into) const {
  for (std::size_t done = 0; done < into.size();) {
    const auto count =
        pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(spec_.offset_bytes + at + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(spec_, "cannot be read", errno);
    if (count == 0) {  // its end: it was cut short
      TRY_VOID(check_whole());
      return fail(Code::failed_precondition,
                  fmt::format("{}: the object changed its size while it was read", where(spec_)));
    }
    done += static_cast<std::size_t>(count);
  }
  return {};
}

Result<void> SharedRegion::write(std::uint64_t at, std::span<const std::byte> bytes) const {
  TRY_VOID(check_whole());  // writing would make the object longer again
  for (std::size_t done = 0; done < bytes.size();) {
    const auto count = pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                              static_cast<off_t>(spec_.offset_bytes + at + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(spec_, "cannot be written", errno);
    done += static_cast<std::size_t>(count);
  }
  return {};
}

}  // namespace slipway::core
