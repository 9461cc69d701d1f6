#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace crm {

using Instant = std::chrono::sys_seconds;

/// Where the rules take the time from; a test gives its own.
using Clock = std::function<Instant()>;

Clock system_clock();
std::string to_text(Instant instant);  ///< "2027-01-31T09:30:00Z": sorts as it passes

}  // namespace crm
