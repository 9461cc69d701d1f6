#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

#include "core/clock.hpp"

namespace slipway::scheduler {

/// Tells when to look through jobs that wait, for those that must not run any more: at the nearest deadline, and while
/// anything waits every 250 ms, since nobody wakes for a client that goes; but no more often than every 5 ms. Owned by
/// whoever keeps the jobs, and used under the mutex that guards them.
///
///   if (lookout.watch(job.request.deadline)) …             // and, when the mutex was released, lookout.wake()
///   while (const auto now = lookout.wait(lock, end)) …     // take the late, watch those that go on waiting
class Lookout {
 public:
  /// `clock` may be a test's own.
  explicit Lookout(core::Clock clock) : clock_(clock) {}

  /// A job with this deadline waits from now on. Whether the next look is nearer for it.
  bool watch(core::TimePoint deadline);
  /// Has wait() see that the next look is nearer. Needs no mutex.
  void wake() { nearer_.notify_one(); }
  /// Waits until a look is due, and gives the time; nothing when `end` asks for it. What was watched until then is
  /// forgotten. One thread.
  std::optional<core::TimePoint> wait(std::unique_lock<std::mutex>& lock, const std::stop_token& end);

 private:
  const core::Clock clock_;
  std::condition_variable_any nearer_;
  core::TimePoint next_ = core::no_deadline;  ///< not after the deadline of any that waits
  core::TimePoint looked_{};
};

}  // namespace slipway::scheduler
