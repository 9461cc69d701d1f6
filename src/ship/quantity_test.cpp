#include "ship/quantity.hpp"

#include <gmock/gmock.h>

namespace slipway::ship {
namespace {

using ::testing::HasSubstr;

TEST(Cores, AreReadAsKubernetesHasThem) {
  EXPECT_EQ(cores_from("--cpu", "2").value(), 2000U);
  EXPECT_EQ(cores_from("--cpu", "1.5").value(), 1500U);
  EXPECT_EQ(cores_from("--cpu", "250m").value(), 250U);
  EXPECT_EQ(cores_from("--cpu", "0.1").value(), 100U);
  EXPECT_EQ(cores_text(1500), "1500m");
  EXPECT_EQ(cores_text(2000), "2");
}

TEST(Cores, AnythingElseIsAnErrorThatNamesTheOption) {
  for (const char* wrong :
       {"", "0", "-1", "two", "1 ", " 1", "1M", "1mm", "nan", "inf", "1e3", "0.0001", "2000", "+1", "1,5", "0x2"}) {
    const auto cores = cores_from("--cpu", wrong);
    ASSERT_FALSE(cores) << wrong;
    EXPECT_THAT(cores.error().message(), HasSubstr("--cpu")) << wrong;
  }
}

TEST(Bytes, AreReadAsKubernetesHasThem) {
  EXPECT_EQ(bytes_from("--memory", "512Mi").value(), 512U << 20U);
  EXPECT_EQ(bytes_from("--memory", "1.5Gi").value(), 1536ULL << 20U);
  EXPECT_EQ(bytes_from("--memory", "2G").value(), 2'000'000'000ULL);
  EXPECT_EQ(bytes_from("--memory", "2147483648").value(), 2ULL << 30U);
  EXPECT_EQ(bytes_text(512ULL << 20U), "512Mi");
  EXPECT_EQ(bytes_text(2ULL << 30U), "2Gi");
  EXPECT_EQ(bytes_text(2'000'000'000), "1953125Ki");
  EXPECT_EQ(bytes_text(2'000'000'001), "2000000001");
}

TEST(Bytes, AnythingElseIsAnErrorThatNamesTheOption) {
  for (const char* wrong :
       {"", "2GBB", "2GB", "512mi", "512MI", "lots", "-1Gi", "1 Gi", "100", "100Ti", "1Pi", "1e9", "Mi", "1Gi\n"}) {
    const auto bytes = bytes_from("--memory", wrong);
    ASSERT_FALSE(bytes) << wrong;
    EXPECT_THAT(bytes.error().message(), HasSubstr("--memory")) << wrong;
  }
}

TEST(RoundedUp, IsTheNextStep) {
  EXPECT_EQ(rounded_up(0, 64), 0U);
  EXPECT_EQ(rounded_up(64, 64), 64U);
  EXPECT_EQ(rounded_up(65, 64), 128U);
}

}  // namespace
}  // namespace slipway::ship
