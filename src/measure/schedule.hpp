#pragma once

#include <cstdint>
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

/// The intended beginnings of one thread's share of an open loop, counted from the start of the load. The shares of all
/// threads together are the whole load: even spacing is dealt out in turn, and Poisson processes add up to one. A
/// value; one thread.
///
///   Schedule schedule(load, {.index = 0, .count = 2});
///   send_at(start + schedule.next());
class Schedule {
 public:
  struct Share {
    std::uint32_t index = 0;
    std::uint32_t count = 1;
  };
  Schedule(const Load& load, Share share);

  /// When the next one is meant to begin; never earlier than the one before.
  core::Duration next();

 private:
  double interval_ns_;
  double at_ns_;
  std::optional<std::mt19937_64> random_;  ///< of a Poisson process
};

}  // namespace slipway::measure
