#include "measure/load_run.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace slipway::measure {
namespace {

/// Lanes that answer nothing until `answers`, and then at once.
class WaitingLanes : public Lanes {
 public:
  WaitingLanes(std::uint32_t count, const std::atomic<bool>& answers) : count_(count), answers_(answers) {}
  std::uint32_t count() const override { return count_; }
  void send(std::uint32_t lane) override { under_way_.push_back(lane); }
  void wait(core::TimePoint /*until*/, std::vector<Ended>& ended) override {
    if (!answers_.load()) return;
    for (const std::uint32_t lane : std::exchange(under_way_, {}))
      ended.push_back({.lane = lane, .at = core::now(), .outcome = Outcome::answered, .error = {}});
  }

 private:
  std::uint32_t count_;
  const std::atomic<bool>& answers_;
  std::vector<std::uint32_t> under_way_;
};

class WaitingTransport : public Transport {
 public:
  core::Result<std::unique_ptr<Lanes>> open(std::uint32_t lanes) const override {
    return std::make_unique<WaitingLanes>(lanes, answers);
  }
  mutable std::atomic<bool> answers = false;
};

/// A run that ends as soon as it is looked at.
Point run_briefly(const Load& load, std::uint32_t threads) {
  const WaitingTransport transport;
  RunOptions options;
  options.threads = threads;
  const auto point = run_load(transport, load, options, [&transport](const Progress&) {
    transport.answers.store(true);
    return false;
  });
  EXPECT_TRUE(point);
  return point.value_or(Point{});
}

TEST(LoadRun, TellsHowManyThreadsMadeTheLoad) {
  EXPECT_EQ(run_briefly({.loop = Loop::closed, .clients = 2}, 8).threads, 2U);
  EXPECT_EQ(run_briefly({.loop = Loop::closed, .clients = 8}, 3).threads, 3U);
}

TEST(LoadRun, CountsWhatNobodySentOnce) {
  // far more than can be sent: each thread's clients and what is due for all of them
  const Load load{.loop = Loop::constant, .clients = 4, .rate = 1e9};
  const Point point = run_briefly(load, 2);
  EXPECT_GT(point.unfinished.count, 3 * load.clients);
  EXPECT_GT(point.unfinished.oldest.count(), 0);
  EXPECT_LE(static_cast<double>(point.unfinished.count), core::seconds(point.unfinished.oldest) * load.rate + 8);
}

}  // namespace
}  // namespace slipway::measure
