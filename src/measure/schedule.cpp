#include "measure/schedule.hpp"

#include <cmath>
#include <utility>

namespace slipway::measure {

Schedule::Schedule(const Load& load, Share share)
    : interval_ns_(1e9 / load.rate * share.count), at_ns_(interval_ns_ / share.count * share.index) {
  if (load.loop != Loop::poisson) return;
  random_.emplace(load.seed + share.index);
  at_ns_ = 0;
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

}  // namespace slipway::measure
