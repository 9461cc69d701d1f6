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

/// Whose request this thread took in last, set by who did: a network thread that serves several keeps any of them from
/// having it to themselves. Only compared; null for what belongs to no model.
inline const void*& worked_for() {
  thread_local const void* subject = nullptr;
  return subject;
}

}  // namespace slipway::core
