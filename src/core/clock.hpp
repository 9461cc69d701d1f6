#pragma once

#include <chrono>
#include <cstdint>

namespace slipway::core {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// A deadline that never comes.
inline constexpr TimePoint no_deadline = TimePoint::max();

inline TimePoint now() { return std::chrono::steady_clock::now(); }

/// Where somebody reads the time: `now`, or a test's own hand.
using Clock = TimePoint (*)();

inline std::int64_t nanoseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}
inline double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace slipway::core
