#include "measure/loader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace slipway::measure {
namespace {

using namespace std::chrono_literals;

/// A server in a clock of its own: each request takes `service`, one after another where `serial`, and none ends
/// before `stalled_until`.
class FakeLanes : public Lanes {
 public:
  explicit FakeLanes(std::uint32_t count) : count_(count) {}

  std::uint32_t count() const override { return count_; }
  void send(std::uint32_t lane) override {
    sent.push_back(now);
    core::TimePoint begin = std::max(now, stalled_until);
    if (serial) begin = std::max(begin, free_);
    free_ = begin + service;
    under_way_.push_back({lane, free_, outcome, outcome == Outcome::answered ? "" : "no luck"});
  }
  void wait(core::TimePoint until, std::vector<Ended>& ended) override {
    const auto first = std::ranges::min_element(under_way_, {}, &Ended::at);
    if (first == under_way_.end() || first->at > until) {
      now = std::max(now, until);
      return;
    }
    now = std::max(now, first->at);
    ended.push_back(*first);
    under_way_.erase(first);
  }

  core::TimePoint now{};
  core::Duration service = 1ms;
  bool serial = false;
  core::TimePoint stalled_until{};
  Outcome outcome = Outcome::answered;
  std::vector<core::TimePoint> sent;

 private:
  std::uint32_t count_;
  core::TimePoint free_{};
  std::vector<Ended> under_way_;
};

struct Seen {
  Tally tally;
  Unfinished unfinished;
  std::optional<std::string> gone;
};

Seen drive(FakeLanes& lanes, const Load& load, core::Duration duration) {
  Recorder recorder;
  std::optional<DueRequests> due;
  if (load.loop != Loop::closed) due.emplace(load, lanes.now);
  Loader loader(lanes, due ? &*due : nullptr, recorder, [&lanes] { return lanes.now; });
  const core::TimePoint end = lanes.now + duration;
  while (lanes.now < end && !loader.gone()) loader.turn(end);
  Unfinished unfinished = loader.unfinished();
  if (due) unfinished.merge(due->untaken(lanes.now));
  return {recorder.take(), unfinished, loader.gone()};
}

TEST(Loader, ClosedLoopSendsWhenAClientIsFree) {
  FakeLanes lanes(4);
  const Seen seen = drive(lanes, {.loop = Loop::closed, .clients = 4}, 100ms);
  EXPECT_NEAR(static_cast<double>(seen.tally.latency.count()), 400, 4);
  EXPECT_EQ(seen.tally.latency.percentile(99), 1ms);
  EXPECT_LE(seen.unfinished.count, 4U);
}

TEST(Loader, ConstantRateKeepsItsRateAndItsBeginnings) {
  FakeLanes lanes(4);
  lanes.service = 700us;
  const Seen seen = drive(lanes, {.loop = Loop::constant, .rate = 1000}, 1s);
  EXPECT_NEAR(static_cast<double>(seen.tally.latency.count()), 1000, 1);
  EXPECT_EQ(lanes.sent[10] - lanes.sent[0], 10ms);
  EXPECT_EQ(seen.tally.latency.max(), 700us);
}

TEST(Loader, OpenLoopCountsFromWhenARequestWasMeantToBegin) {
  FakeLanes lanes(1);
  lanes.stalled_until = lanes.now + 500ms;
  lanes.service = 100us;
  lanes.serial = true;
  const Seen seen = drive(lanes, {.loop = Loop::constant, .rate = 1000}, 1s);
  EXPECT_NEAR(static_cast<double>(seen.tally.latency.count()), 1000, 2);
  // half of the requests were meant to begin while the one client waited for the stalled server
  EXPECT_GT(seen.tally.latency.percentile(70), 150ms);
  EXPECT_GT(seen.tally.latency.percentile(99), 450ms);
  // the time from when each was sent hides that: only the first felt the stall
  EXPECT_LE(seen.tally.service.percentile(99), 101us);
  EXPECT_GT(seen.tally.service.max(), 499ms);
}

TEST(Loader, TellsWhatAnOverloadedServerLeftUnfinished) {
  FakeLanes lanes(2);
  lanes.serial = true;
  lanes.service = 10ms;  // 100/s
  const Seen seen = drive(lanes, {.loop = Loop::constant, .rate = 1000}, 1s);
  EXPECT_NEAR(static_cast<double>(seen.tally.latency.count()), 100, 2);
  EXPECT_NEAR(static_cast<double>(seen.unfinished.count), 900, 3);
  EXPECT_GT(seen.unfinished.oldest, 850ms);
  EXPECT_GT(seen.tally.latency.max(), 850ms);
}

TEST(Loader, LeavesWhatIsDueToALoaderWithAFreeClient) {
  FakeLanes stalled(1);
  stalled.service = 1s;
  FakeLanes quick(1);
  core::TimePoint now{};
  const auto clock = [&now] { return now; };
  DueRequests due({.loop = Loop::constant, .rate = 500}, now);
  Recorder recorder;
  Loader first(stalled, &due, recorder, clock);
  Loader second(quick, &due, recorder, clock);
  for (; now < core::TimePoint{} + 900ms; now += 500us) {
    stalled.now = quick.now = now;
    first.turn(now);
    second.turn(now);
  }
  EXPECT_EQ(stalled.sent.size(), 1U);
  EXPECT_EQ(first.unfinished().count, 1U);
  // the one client that is left answers each request in time
  const Tally seen = recorder.take();
  EXPECT_NEAR(static_cast<double>(seen.latency.count()), 449, 2);
  EXPECT_LE(seen.latency.max(), 1ms);
}

TEST(Loader, CountsErrorsApartFromLatencies) {
  FakeLanes lanes(1);
  lanes.outcome = Outcome::failed;
  const Seen seen = drive(lanes, {.loop = Loop::closed}, 10ms);
  EXPECT_EQ(seen.tally.latency.count(), 0U);
  EXPECT_NEAR(static_cast<double>(seen.tally.errors), 10, 1);
  EXPECT_EQ(seen.tally.error_example, "no luck");
  EXPECT_FALSE(seen.gone);
}

TEST(Loader, EndsWhenTheServerIsGone) {
  FakeLanes lanes(1);
  lanes.outcome = Outcome::gone;
  const Seen seen = drive(lanes, {.loop = Loop::closed}, 1s);
  EXPECT_EQ(lanes.now.time_since_epoch(), 1ms);
  EXPECT_EQ(seen.gone, "no luck");
}

TEST(Loader, DrainsWhatIsUnderWayWithoutRecordingIt) {
  FakeLanes lanes(2);
  Recorder recorder;
  Loader loader(lanes, nullptr, recorder, [&lanes] { return lanes.now; });
  loader.turn(lanes.now);
  EXPECT_EQ(loader.unfinished().count, 2U);
  loader.drain(lanes.now + 1s);
  EXPECT_EQ(loader.unfinished().count, 0U);
  EXPECT_EQ(lanes.now.time_since_epoch(), 1ms);
  EXPECT_EQ(recorder.take().latency.count(), 0U);
}

}  // namespace
}  // namespace slipway::measure
