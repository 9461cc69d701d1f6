#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "measure/loader.hpp"
#include "measure/schedule.hpp"
#include "measure/transport.hpp"
#include "measure/windows.hpp"

namespace slipway::measure {

struct RunOptions {
  std::uint32_t threads = 1;  ///< at most; never more than there are clients
  core::Duration warm_up = std::chrono::seconds(1);
  core::Duration window = std::chrono::seconds(1);
  Windows::Limits limits;
};

/// How far a run is, told about ten times a second.
struct Progress {
  std::uint32_t window = 0;  ///< 0 while it warms up
  double window_part = 0;    ///< of the warm-up or the window, from 0 to 1
  const Window* last = nullptr;
};
/// False ends the run with what was measured so far.
using Watch = std::function<bool(const Progress&)>;

/// What one load gave.
struct Point {
  Load load;
  std::uint32_t threads = 0;    ///< that made it
  Window result;                ///< the figures: the judged windows as one
  std::size_t judged = 0;       ///< how many of the last windows those are
  std::vector<Window> windows;  ///< all of them
  bool stable = false;
  std::uint64_t errors = 0;   ///< in all of it, the warm-up too
  std::string error_example;  ///< the first one's sentence
  bool interrupted = false;   ///< by the watch
  std::string gone;           ///< why the server could not be reached any more, if so
  Unfinished unfinished;      ///< at the end
};

/// Puts one load on the server: warms it up, measures window after window until they are stable, lets what is under way
/// end, and gives what it saw. Threads of its own make the load; the calling one waits. unavailable when the server
/// cannot be reached at the start.
core::Result<Point> run_load(const Transport& transport, const Load& load, const RunOptions& options,
                             const Watch& watch);

}  // namespace slipway::measure
