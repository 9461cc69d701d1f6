#include "fetch/retries.hpp"

#include <gmock/gmock.h>

namespace slipway::fetch {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(WaitBefore, GrowsAndHeedsTheServer) {
  EXPECT_EQ(wait_before(1, {}), 250ms);
  EXPECT_EQ(wait_before(3, {}), 1s);
  EXPECT_EQ(wait_before(1000, {}), 30s);
  EXPECT_EQ(wait_before(1, 60s), 60s);
  EXPECT_EQ(wait_before(3, 0s), 1s);
}

TEST(Retries, EndWhereTheyAreOfNoUse) {
  const Limits limits{.retries = 1};
  Retries retries(limits, [](const auto&, auto) {});
  EXPECT_THAT(retries.after(for_good("gone").error()).error().message(), "gone");
  EXPECT_TRUE(retries.after(for_now("broken").error()));
  EXPECT_THAT(retries.after(for_now("broken again").error()).error().message(), "broken again");
  retries.progressed();
  EXPECT_TRUE(retries.after(for_now("broken later").error()));
}

TEST(Retries, DoNotWaitForWhatComesTooLate) {
  const Limits limits{.end = std::chrono::steady_clock::now() + 10s};
  Retries retries(limits, [](const auto&, auto) { FAIL(); });
  Failure failure = for_now("busy").error();
  failure.after = 3600s;
  EXPECT_THAT(retries.after(failure).error().message(), HasSubstr("no time is left"));
}

TEST(Retries, AreInterrupted) {
  std::stop_source stop;
  const Limits limits{.stop = stop.get_token()};
  Retries retries(limits, [&](const auto&, auto) { stop.request_stop(); });
  Failure failure = for_now("busy").error();
  failure.after = 3600s;
  EXPECT_EQ(retries.after(failure).error().message(), "interrupted");
}

}  // namespace
}  // namespace slipway::fetch
