#pragma once

#include <functional>

namespace slipway::core {

/// Has `work` done on this thread once it has gone through as much as had come in when its turn began. Empty on threads
/// that do not take what comes in such turns; a network thread sets its own.
using EndOfTurn = std::function<void(std::function<void()> work)>;

inline EndOfTurn& end_of_turn() {
  thread_local EndOfTurn own;
  return own;
}

/// The model version whose request this thread took in last, set where its requests are taken: a network thread that
/// serves several keeps any of them from having it to itself. Only compared; null for what belongs to none.
inline const void*& worked_for() {
  thread_local const void* subject = nullptr;
  return subject;
}

}  // namespace slipway::core
