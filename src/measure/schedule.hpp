#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>

#include "core/clock.hpp"

namespace slipway::measure {

/// When requests are meant to begin: as soon as a client is free (a closed loop), or at times that do not ask how the
/// server fares (an open loop), evenly spaced or as a Poisson process.
enum class Loop { closed, constant, poisson };

struct Load {
  Loop loop = Loop::closed;
  std::uint32_t clients = 1;  ///< requests under way at once, in an open loop the most
  double rate = 0;            ///< requests a second, of an open loop
  std::uint64_t seed = 1;     ///< of a Poisson process
};

/// The intended beginnings of an open loop, counted from the start of the load. A value; one thread.
///
///   Schedule schedule(load);
///   send_at(start + schedule.next());
class Schedule {
 public:
  explicit Schedule(const Load& load);

  /// When the next one is meant to begin; never earlier than the one before.
  core::Duration next();

 private:
  double interval_ns_;
  double at_ns_ = 0;
  std::optional<std::mt19937_64> random_;  ///< of a Poisson process
};

/// Requests that should have begun and have not been answered.
struct Unfinished {
  std::uint64_t count = 0;
  core::Duration oldest{};  ///< how long ago the first of them was meant to begin

  void merge(const Unfinished& other) {
    count += other.count;
    oldest = std::max(oldest, other.oldest);
  }
};

/// The requests of an open loop that nobody has taken yet. Each thread that makes load takes one when it has a client
/// free, so that none is left while a client of any thread is free, as with one queue. Owned by the run; any thread.
///
///   DueRequests due(load, start);
///   send_at(due.take());
class DueRequests {
 public:
  DueRequests(const Load& load, core::TimePoint start);

  /// When the next one is meant to begin. Who takes it sends it.
  core::TimePoint take();
  /// Those that were meant to begin before `now`.
  Unfinished untaken(core::TimePoint now) const;

 private:
  const core::TimePoint start_;
  mutable std::mutex mutex_;
  Schedule schedule_;
  core::TimePoint next_;
};

}  // namespace slipway::measure
