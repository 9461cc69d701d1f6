#include "measure/schedule.hpp"

#include <cmath>
#include <utility>

namespace slipway::measure {

Schedule::Schedule(const Load& load) : interval_ns_(1e9 / load.rate) {
  if (load.loop == Loop::poisson) random_.emplace(load.seed);
}

core::Duration Schedule::next() {
  if (random_) {
    // not std::exponential_distribution, whose numbers differ from library to library
    const double fraction = static_cast<double>((*random_)() >> 11U) * 0x1p-53;
    at_ns_ -= std::log1p(-fraction) * interval_ns_;
    return core::Duration(static_cast<std::int64_t>(at_ns_));
  }
  const double now_ns = std::exchange(at_ns_, at_ns_ + interval_ns_);
  return core::Duration(static_cast<std::int64_t>(now_ns));
}

DueRequests::DueRequests(const Load& load, core::TimePoint start)
    : start_(start), schedule_(load), next_(start + schedule_.next()) {}

core::TimePoint DueRequests::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(next_, start_ + schedule_.next());
}

Unfinished DueRequests::untaken(core::TimePoint now) const {
  const std::lock_guard lock(mutex_);
  Unfinished found;
  if (next_ < now) found.oldest = now - next_;
  Schedule rest = schedule_;
  for (core::TimePoint meant = next_; meant < now; meant = start_ + rest.next()) ++found.count;
  return found;
}

}  // namespace slipway::measure
