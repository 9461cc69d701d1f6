#pragma once

#include <chrono>
#include <stop_token>

namespace slipway::fetch {

/// How long things may take, and who ends them. Copied freely.
struct Limits {
  std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();  ///< of all that is done
  std::chrono::milliseconds quiet{30'000};  ///< without a byte from the server
  unsigned retries = 5;                     ///< of one file, after failures that brought it no further
  std::stop_token stop = {};

  bool is_over() const { return std::chrono::steady_clock::now() >= end; }
};

}  // namespace slipway::fetch
