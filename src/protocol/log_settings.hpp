#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/request.hpp"

namespace slipway::protocol {

/// What is logged, as the logging extension of the protocol has it.
struct LogSettings {
  bool info = true;
  bool warning = true;
  bool error = true;
  std::uint32_t verbose_level = 0;  ///< 0: nothing beyond these; 1: debug; from 2 on: trace
  std::string format = "default";   ///< of the times: "default", the local time of day, or "ISO8601", in UTC
};

/// The log of this process, for those who look at its settings and change them. The composition root has the one there
/// is; safe from any thread.
class LogControl {
 public:
  virtual ~LogControl() = default;
  virtual LogSettings settings() const = 0;
  /// Changes what `changes` name and leaves the rest; all or nothing. Errors as changed(), and invalid_argument for a
  /// format that this log cannot have.
  virtual core::Result<LogSettings> update(const core::Parameters& changes) = 0;
};

/// `settings` with `changes` made to them. invalid_argument for a name or a value that is none.
core::Result<LogSettings> changed(LogSettings settings, const core::Parameters& changes);

/// The body of a request to change settings: {"log_info": false, …}
core::Result<core::Parameters> decode_log_changes(std::string_view body);

/// Every setting with its name, in the order of the document.
std::vector<std::pair<std::string, core::Parameter>> named(const LogSettings& settings);

/// {"log_file":"","log_info":true,…}
std::string encode_log_settings(const LogSettings& settings);

}  // namespace slipway::protocol
