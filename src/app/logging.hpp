#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace slipway::app {

enum class LogFormat { text, json };

/// From "text" or "json".
core::Result<LogFormat> log_format_from(std::string_view name);

/// Sends the program's log to stderr: a line an event, `text` for people, `json` with the fields time (RFC 3339, UTC),
/// level and message for collectors. `level` is one of spdlog's names ("info", "debug", …).
core::Result<void> set_up_logging(LogFormat format, std::string_view level);

}  // namespace slipway::app
