#include "measure/loader.hpp"

#include <algorithm>
#include <utility>

namespace slipway::measure {

Loader::Loader(Lanes& lanes, const Load& load, Schedule::Share share, core::TimePoint start, Recorder& recorder,
               Clock clock)
    : lanes_(lanes), start_(start), recorder_(recorder), clock_(std::move(clock)), under_way_(lanes.count()) {
  for (std::uint32_t lane = lanes.count(); lane > 0; --lane) idle_.push_back(lane - 1);
  if (load.loop == Loop::closed) return;
  schedule_.emplace(load, share);
  next_ = start_ + schedule_->next();
}

void Loader::turn(core::TimePoint until) {
  const core::TimePoint now = clock_();
  send_due(now);
  // with every lane busy, what is due next waits for an answer
  if (schedule_ && !idle_.empty()) until = std::min(until, next_);
  lanes_.wait(until, ended_);
  take_ended();
}

void Loader::send_due(core::TimePoint now) {
  while (!idle_.empty() && (!schedule_ || next_ <= now)) {
    if (!schedule_) {
      send(clock_());
      continue;
    }
    send(next_);
    next_ = start_ + schedule_->next();
  }
}

void Loader::send(core::TimePoint meant) {
  const std::uint32_t lane = idle_.back();
  idle_.pop_back();
  under_way_[lane] = {.meant = meant, .sent = schedule_ ? clock_() : meant};
  lanes_.send(lane);
}

void Loader::take_ended() {
  if (ended_.empty()) return;
  recorder_.add([this](Tally& tally) {
    for (Ended& ended : ended_) {
      const Times& times = under_way_[ended.lane];
      if (ended.outcome == Outcome::answered) {
        tally.latency.record(ended.at - times.meant);
        tally.service.record(ended.at - times.sent);
        continue;
      }
      tally.add_error(ended.error);
      if (ended.outcome == Outcome::gone && !gone_) gone_ = std::move(ended.error);
    }
  });
  for (const Ended& ended : ended_) idle_.push_back(ended.lane);
  ended_.clear();
}

void Loader::drain(core::TimePoint until) {
  while (idle_.size() < under_way_.size() && clock_() < until) {
    lanes_.wait(until, ended_);
    for (const Ended& ended : ended_) idle_.push_back(ended.lane);
    ended_.clear();
  }
}

Unfinished Loader::unfinished() const {
  const core::TimePoint now = clock_();
  core::TimePoint oldest = now;
  Unfinished found;
  std::vector<bool> busy(under_way_.size(), true);
  for (const std::uint32_t lane : idle_) busy[lane] = false;
  for (std::size_t lane = 0; lane < busy.size(); ++lane) {
    if (!busy[lane]) continue;
    ++found.count;
    oldest = std::min(oldest, under_way_[lane].meant);
  }
  if (schedule_) {
    Schedule rest = *schedule_;
    for (core::TimePoint meant = next_; meant < now; meant = start_ + rest.next()) {
      ++found.count;
      oldest = std::min(oldest, meant);
    }
  }
  found.oldest = now - oldest;
  return found;
}

}  // namespace slipway::measure
