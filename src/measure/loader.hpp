#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "measure/schedule.hpp"
#include "measure/tally.hpp"
#include "measure/transport.hpp"

namespace slipway::measure {

/// One thread of those that make load: sends what is due over its lanes and records how long it took. In an open loop
/// the latency counts from when a request was *meant* to begin: one that found every client waiting for a stalled
/// server is sent late, and that it waited is part of what it took. Owned and used by one thread.
///
///   Loader loader(*lanes, &due, recorder);
///   while (!stopped && !loader.gone()) loader.turn(core::now() + 20ms);
class Loader {
 public:
  using Clock = std::function<core::TimePoint()>;
  /// `due` is shared with the other loaders of an open loop; a closed one has none.
  Loader(Lanes& lanes, DueRequests* due, Recorder& recorder, Clock clock = core::now);

  /// Sends what is due and waits until a request ends, the next is due, or `until`.
  void turn(core::TimePoint until);
  /// Sends nothing more, and waits for what is under way until `until`; what ends is not recorded.
  void drain(core::TimePoint until);

  /// Why the server cannot be reached any more, once that is so.
  const std::optional<std::string>& gone() const { return gone_; }
  /// Of those that it sent or took; the others are with the `DueRequests`.
  Unfinished unfinished() const;

 private:
  struct Times {
    core::TimePoint meant;
    core::TimePoint sent;
  };
  void send_due(core::TimePoint now);
  void send(core::TimePoint meant);
  void take_ended();

  Lanes& lanes_;
  DueRequests* due_;
  Recorder& recorder_;
  Clock clock_;
  std::optional<core::TimePoint> next_;  ///< when the one that was taken is meant to begin; a lane is idle for it
  std::vector<std::uint32_t> idle_;
  std::vector<Times> under_way_;  ///< by lane
  std::vector<Ended> ended_;
  std::optional<std::string> gone_;
};

}  // namespace slipway::measure
