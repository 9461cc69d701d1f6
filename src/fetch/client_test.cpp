#include "fetch/client.hpp"

#include <gmock/gmock.h>

namespace slipway::fetch {
namespace {

using namespace std::chrono_literals;

TEST(RetryAfter, IsSecondsOrADate) {
  const auto now = std::chrono::system_clock::from_time_t(784111777);  // Sun, 06 Nov 1994 08:49:37 GMT
  EXPECT_EQ(retry_after("120", now), 120s);
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:50:00 GMT", now), 23s);
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), 0s);
  EXPECT_EQ(retry_after("-5", now), 0s);
  EXPECT_EQ(retry_after("99999999999999", now), 7 * 24h);
  EXPECT_EQ(retry_after("", now), std::nullopt);
  EXPECT_EQ(retry_after("soon", now), std::nullopt);
}

}  // namespace
}  // namespace slipway::fetch
