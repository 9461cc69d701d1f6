#include "measure/loader.hpp"

#include <algorithm>
#include <utility>

namespace slipway::measure {

Loader::Loader(Lanes& lanes, DueRequests* due, Recorder& recorder, Clock clock)
    : lanes_(lanes), due_(due), recorder_(recorder), clock_(std::move(clock)), under_way_(lanes.count()) {
  for (std::uint32_t lane = lanes.count(); lane > 0; --lane) idle_.push_back(lane - 1);
}

void Loader::turn(core::TimePoint until) {
  send_due(clock_());
  if (next_) until = std::min(until, *next_);
  lanes_.wait(until, ended_);
  take_ended();
}

void Loader::send_due(core::TimePoint now) {
  // with every lane busy none is taken: another thread may be able to send it, and else it waits for an answer
  while (!idle_.empty()) {
    if (due_ == nullptr) {
      send(clock_());
      continue;
    }
    if (!next_) next_ = due_->take();
    if (*next_ > now) return;
    send(*std::exchange(next_, std::nullopt));
  }
}

void Loader::send(core::TimePoint meant) {
  const std::uint32_t lane = idle_.back();
  idle_.pop_back();
  under_way_[lane] = {.meant = meant, .sent = due_ == nullptr ? meant : clock_()};
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
  if (next_ && *next_ < now) {
    ++found.count;
    oldest = std::min(oldest, *next_);
  }
  found.oldest = now - oldest;
  return found;
}

}  // namespace slipway::measure
