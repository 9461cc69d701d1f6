#include "scheduler/lookout.hpp"

#include <algorithm>
#include <chrono>

namespace slipway::scheduler {

namespace {

using namespace std::chrono_literals;

constexpr core::Duration between_looks = 5ms;
constexpr core::Duration most_between_looks = 250ms;

}  // namespace

bool Lookout::watch(core::TimePoint deadline) {
  // the clock is asked once for all that wait
  if (next_ == core::no_deadline) deadline = std::min(deadline, clock_() + most_between_looks);
  if (deadline >= next_) return false;
  next_ = deadline;
  return true;
}

std::optional<core::TimePoint> Lookout::wait(std::unique_lock<std::mutex>& lock, const std::stop_token& end) {
  while (!end.stop_requested()) {
    const core::TimePoint known = next_;
    const auto is_nearer = [&] { return next_ < known; };
    if (known == core::no_deadline) {
      nearer_.wait(lock, end, is_nearer);
      continue;
    }
    const core::TimePoint now = clock_();
    const core::TimePoint look = std::max(known, looked_ + between_looks);
    if (now < look) {
      nearer_.wait_for(lock, end, look - now, is_nearer);
      continue;
    }
    looked_ = now;
    next_ = core::no_deadline;
    return now;
  }
  return std::nullopt;
}

}  // namespace slipway::scheduler
