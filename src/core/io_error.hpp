#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/error.hpp"

namespace slipway::core {

/// A file that could not be written, with the system's reason: errno, as the call that failed has just left it.
inline std::unexpected<Error> cannot_write(const std::filesystem::path& file, int reason = errno) {
  const std::string why = reason == 0 ? "" : ": " + std::generic_category().message(reason);
  return fail(Code::unavailable, fmt::format("{}: cannot be written{}", file.string(), why));
}

/// What was done with a file or folder and failed, with the system's reason.
inline std::unexpected<Error> io_failed(const std::filesystem::path& path, const std::error_code& reason) {
  return fail(Code::unavailable, fmt::format("{}: {}", path.string(), reason.message()));
}

/// A copy that could not be made, which both files are named for: either may be the one that is at fault.
inline std::unexpected<Error> cannot_copy(const std::filesystem::path& from, const std::filesystem::path& to,
                                          int reason) {
  // the C++ library says EIO of what it copied in pieces, and leaves what the system said
  if (const int said = errno; reason == EIO && (said == ENOSPC || said == EDQUOT || said == EFBIG)) reason = said;
  return fail(Code::unavailable, fmt::format("{}: cannot be written, as a copy of {}: {}", to.string(), from.string(),
                                             std::generic_category().message(reason)));
}

}  // namespace slipway::core
