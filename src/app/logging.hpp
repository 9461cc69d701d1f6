#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "protocol/log_settings.hpp"

namespace slipway::app {

enum class LogFormat { text, json };

/// From "text" or "json".
core::Result<LogFormat> log_format_from(std::string_view name);

/// Whether `level` is one of spdlog's names ("info", "debug", …).
core::Result<void> check_log_level(std::string_view level);

/// Where the lines of a log go at last: stderr, or a test's own.
class ChosenLevels;

/// The program's log: a line an event, `text` for people, `json` with the fields time (RFC 3339, UTC), level and
/// message for collectors. What is logged may be changed while it is used. Made once on the main thread, by
/// set_up_logging(); safe from any thread from then on.
class Logging : public protocol::LogControl {
 public:
  Logging(LogFormat format, protocol::LogSettings settings, std::shared_ptr<ChosenLevels> sink);

  protocol::LogSettings settings() const override;
  /// JSON has its times in ISO 8601 always.
  core::Result<protocol::LogSettings> update(const core::Parameters& changes) override;

 private:
  void apply();  ///< with mutex_ held

  const LogFormat format_;
  const std::shared_ptr<ChosenLevels> sink_;
  mutable std::mutex mutex_;
  protocol::LogSettings settings_;
};

/// Sends the program's log to stderr from now on. `level` is one that check_log_level() takes.
core::Result<std::unique_ptr<Logging>> set_up_logging(LogFormat format, std::string_view level);

}  // namespace slipway::app
