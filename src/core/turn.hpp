#pragma once

#include <functional>

namespace slipway::core {

/// Has `work` done on this thread once it has gone through all that has come in by now. Empty on threads that do not
/// take what comes in such turns; a network thread sets its own.
using EndOfTurn = std::function<void(std::function<void()> work)>;

inline EndOfTurn& end_of_turn() {
  thread_local EndOfTurn own;
  return own;
}

}  // namespace slipway::core
