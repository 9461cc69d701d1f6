#pragma once

#include <algorithm>
#include <functional>

namespace slipway::core {

/// Has `work` done on this thread once it has gone through as much as had come in when its turn began. Empty on threads
/// that do not take what comes in such turns; a network thread sets its own.
using EndOfTurn = std::function<void(std::function<void()> work)>;

inline EndOfTurn& end_of_turn() {
  thread_local EndOfTurn own;
  return own;
}

/// Whether work comes to a thread in company, so that it is worth to keep a piece until its turn's end: that costs a
/// system call, which where pieces come one by one is paid only now and then, to see whether that has changed.
class Company {
 public:
  /// Of the pieces that come alone, each `look_every`th is kept to look.
  explicit Company(int look_every) : look_every_(look_every) {}

  /// To be asked once for each piece.
  bool is_expected() {
    if (turns_left_ > 0) return true;
    if (++alone_ < look_every_) return false;
    alone_ = 0;
    return true;
  }
  /// Tells of a turn whether several pieces came in it.
  void seen(bool several) { turns_left_ = several ? patience : std::max(turns_left_ - 1, 0); }

 private:
  static constexpr int patience = 8;  ///< turns without company after which none is expected

  int look_every_;
  int turns_left_ = 0;  ///< until none is expected
  int alone_ = 0;       ///< pieces that came since, or since it last looked
};

/// The model version whose request this thread took in last, set where its requests are taken: a network thread that
/// serves several keeps any of them from having it to itself. Only compared; null for what belongs to none.
inline const void*& worked_for() {
  thread_local const void* subject = nullptr;
  return subject;
}

}  // namespace slipway::core
