#include "models/batching.hpp"

#include <gmock/gmock.h>

namespace slipway::models {
namespace {

core::TensorInfo info(core::Shape shape, std::vector<std::string> names) {
  return {.name = "t", .dtype = core::DataType::fp32, .shape = std::move(shape), .dim_names = std::move(names)};
}

TEST(BatchingOf, IsToldFromFirstDimensions) {
  EXPECT_EQ(batching_of({info({-1, 4}, {"batch", ""})}, {info({-1, 2}, {"batch", ""})}), Batching::declared);
  EXPECT_EQ(batching_of({info({-1, 4}, {"n", ""})}, {info({-1, 2}, {"m", ""})}), Batching::unproven);
  EXPECT_EQ(batching_of({info({-1, 4}, {"n", ""})}, {info({-1, 2}, {})}), Batching::unproven);
  EXPECT_EQ(batching_of({info({-1, 4}, {"", ""})}, {info({-1, 2}, {"", ""})}), Batching::unproven);
  EXPECT_EQ(batching_of({info({1, 4}, {})}, {info({-1, 2}, {})}), Batching::impossible);
  EXPECT_EQ(batching_of({info({-1, 4}, {})}, {info({2}, {})}), Batching::impossible);
  EXPECT_EQ(batching_of({info({}, {})}, {info({-1}, {})}), Batching::impossible);
  EXPECT_EQ(batching_of({}, {info({-1}, {})}), Batching::impossible);
}

/// The decision where nobody said it, and what a trial shows.
std::int64_t decided(Batching batching, Rows rows) {
  const auto size = decide_max_batch_size({}, batching, [rows] { return rows; });
  EXPECT_TRUE(size);
  return size.value_or(-1);
}

TEST(MaxBatchSize, IsDecidedFromTheModelAndATrial) {
  EXPECT_EQ(decided(Batching::declared, Rows::apart), 16);
  EXPECT_EQ(decided(Batching::declared, Rows::unknown), 16);
  EXPECT_EQ(decided(Batching::declared, Rows::mixed), 0);
  EXPECT_EQ(decided(Batching::unproven, Rows::apart), 16);
  EXPECT_EQ(decided(Batching::unproven, Rows::unknown), 0);
  EXPECT_EQ(decided(Batching::unproven, Rows::mixed), 0);
  EXPECT_EQ(decided(Batching::impossible, Rows::apart), 0);
}

TEST(MaxBatchSize, IsWhatTheConfigurationSaysWithoutATrial) {
  const auto told = [](std::int64_t said, Batching batching) {
    config::ModelSpec spec;
    spec.max_batch_size = said;
    return decide_max_batch_size(spec, batching, [] {
      ADD_FAILURE() << "tried";
      return Rows::unknown;
    });
  };
  EXPECT_EQ(told(0, Batching::declared).value(), 0);
  EXPECT_EQ(told(1, Batching::declared).value(), 1);
  EXPECT_EQ(told(64, Batching::unproven).value(), 64);
  EXPECT_EQ(told(1, Batching::impossible).value(), 0);
  const auto refused = told(8, Batching::impossible);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), core::Code::invalid_argument);
  EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("max_batch_size 8 given, but"));
}

}  // namespace
}  // namespace slipway::models
