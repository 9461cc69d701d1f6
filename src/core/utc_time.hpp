#pragma once

#include <fmt/chrono.h>

#include <ctime>
#include <string>

namespace slipway::core {

/// "2026-01-31T12:00:00Z" (RFC 3339), of seconds since 1970.
inline std::string utc_text(std::time_t seconds) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds)); }

}  // namespace slipway::core
