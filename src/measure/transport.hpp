#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace slipway::measure {

enum class Outcome {
  answered,
  failed,  ///< an error came back, or the connection broke; the lane can be used again
  gone,    ///< the server cannot be reached any more
};

/// A request that ended.
struct Ended {
  std::uint32_t lane = 0;
  core::TimePoint at{};
  Outcome outcome = Outcome::answered;
  std::string error;  ///< why not answered, a sentence
};

/// Clients side by side, each with at most one request under way, always the same request. Owned and used by one
/// thread. Its destructor abandons what is under way and returns when nothing of it is left.
///
///   lanes->send(0);
///   lanes->wait(core::now() + 1s, ended);
class Lanes {
 public:
  Lanes() = default;
  virtual ~Lanes() = default;
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  virtual std::uint32_t count() const = 0;
  /// Begins a request on a lane that has none under way. How it ends, also at once, is told by `wait`.
  virtual void send(std::uint32_t lane) = 0;
  /// Waits until a request ends, or `until`; appends those that ended.
  virtual void wait(core::TimePoint until, std::vector<Ended>& ended) = 0;
};

/// A way to a model: what it opens are clients that send one prepared request again and again. Owned by the command;
/// outlives its lanes. `open` may be called from any thread.
class Transport {
 public:
  Transport() = default;
  virtual ~Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// unavailable when the server cannot be reached.
  virtual core::Result<std::unique_ptr<Lanes>> open(std::uint32_t lanes) const = 0;
};

}  // namespace slipway::measure
