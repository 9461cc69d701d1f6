#include "scheduler/lookout.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;

std::atomic<core::TimePoint> shown_time;

class LookoutTest : public ::testing::Test {
 protected:
  LookoutTest() { shown_time = core::TimePoint() + 1h; }

  static core::TimePoint in(core::Duration time) { return shown_time.load() + time; }
  /// Lets a time pass, and says whether a look is due then: one that is not would be waited for, but for the end.
  bool is_due_after(core::Duration time) {
    shown_time = in(time);
    std::stop_source end;
    std::unique_lock lock(mutex_);
    std::jthread stopping([&] {
      const std::lock_guard waits(mutex_);  // which are given back by a wait alone
      end.request_stop();
    });
    const auto now = lookout_.wait(lock, end.get_token());
    lock.unlock();
    EXPECT_TRUE(!now || *now == shown_time.load());
    return now.has_value();
  }

  std::mutex mutex_;
  Lookout lookout_{[] { return shown_time.load(); }};
};

TEST_F(LookoutTest, LooksAtTheNearestDeadline) {
  EXPECT_TRUE(lookout_.watch(in(100ms)));
  EXPECT_FALSE(lookout_.watch(in(150ms)));
  EXPECT_TRUE(lookout_.watch(in(50ms)));
  EXPECT_FALSE(is_due_after(49ms));
  EXPECT_TRUE(is_due_after(1ms));
}

TEST_F(LookoutTest, ForgetsWhatItHasLookedFor) {
  lookout_.watch(in(50ms));
  EXPECT_TRUE(is_due_after(50ms));
  EXPECT_FALSE(is_due_after(1h));
}

TEST_F(LookoutTest, LooksEveryQuarterOfASecondForClientsThatWent) {
  lookout_.watch(core::no_deadline);
  EXPECT_FALSE(is_due_after(249ms));
  EXPECT_TRUE(is_due_after(1ms));
}

TEST_F(LookoutTest, LooksNoMoreOftenThanEveryFiveMilliseconds) {
  lookout_.watch(in(50ms));
  EXPECT_TRUE(is_due_after(50ms));
  lookout_.watch(in(1ms));
  EXPECT_FALSE(is_due_after(4ms));
  EXPECT_TRUE(is_due_after(1ms));
}

TEST_F(LookoutTest, ANearerDeadlineEndsTheWaitForAnother) {
  const core::TimePoint deadline = in(200ms);
  lookout_.watch(deadline);
  shown_time = in(-1h);  // so that only being woken ends the wait
  std::unique_lock lock(mutex_);
  std::jthread other([&] {
    {
      const std::lock_guard waits(mutex_);
      ASSERT_TRUE(lookout_.watch(deadline - 100ms));
      shown_time = deadline - 100ms;
    }
    lookout_.wake();
  });
  EXPECT_EQ(lookout_.wait(lock, std::stop_token()), deadline - 100ms);
}

}  // namespace
}  // namespace slipway::scheduler
