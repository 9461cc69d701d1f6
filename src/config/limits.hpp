#pragma once

#include <cstdint>

/// The most that a configuration may ask for, wherever it is read: model.yaml, config.pbtxt, the command line.
namespace slipway::config {

inline constexpr std::int64_t most_instances = 1024;
inline constexpr std::int64_t most_threads = 1024;
inline constexpr std::int64_t most_batch_rows = 65'536;
inline constexpr std::int64_t most_delay_us = 60'000'000;  ///< a minute
inline constexpr std::int64_t most_queued = 10'000'000;
inline constexpr std::int64_t most_timeout_ms = 86'400'000;      ///< a day
inline constexpr std::int64_t most_timeout_us = 86'400'000'000;  ///< a day
inline constexpr std::int64_t most_priority_levels = 1024;

}  // namespace slipway::config
