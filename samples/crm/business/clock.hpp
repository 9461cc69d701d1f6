#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace crm {

using Instant = std::chrono::sys_seconds;

/// Where the rules take the time from; a test gives its own.
using Clock = std::function<Instant()>;

Clock system_clock();
/// The day of "2027-01-31"; nothing where it is no day of the calendar.
std::optional<std::chrono::sys_days> read_day(std::string_view text);
std::string to_text(Instant instant);  ///< "2027-01-31T09:30:00Z": sorts as it passes

}  // namespace crm
