#include "cli/bench_inputs.hpp"

#include <gmock/gmock.h>

namespace slipway::cli {
namespace {

using ::testing::HasSubstr;

const std::vector<core::TensorInfo> inputs{
    {.name = "x", .dtype = core::DataType::fp32, .shape = {-1, 64}, .dim_names = {}},
    {.name = "a:b", .dtype = core::DataType::int64, .shape = {-1, 2}, .dim_names = {}}};

TEST(BenchInputs, AreOneRowUnlessSaid) {
  const auto ways = sized_inputs(inputs, {});
  ASSERT_TRUE(ways) << ways.error().message();
  ASSERT_EQ(ways->size(), 1U);
  EXPECT_EQ(core::to_string(ways->front()[0].shape), "[1,64]");
  EXPECT_EQ(core::to_string(sized_inputs(inputs, {.shapes = {}, .rows = 4})->front()[1].shape), "[4,2]");
}

TEST(BenchInputs, TakeTheShapesGiven) {
  const auto ways = sized_inputs(inputs, {.shapes = {"x:3,64", "a:b:5,2"}, .rows = 1});
  ASSERT_TRUE(ways) << ways.error().message();
  EXPECT_EQ(core::to_string(ways->front()[0].shape), "[3,64]");
  EXPECT_EQ(core::to_string(ways->front()[1].shape), "[5,2]");
}

TEST(BenchInputs, AreGuessedWhereTheModelLeavesThemOpen) {
  const std::vector<core::TensorInfo> open{
      {.name = "ids", .dtype = core::DataType::int64, .shape = {-1, -1}, .dim_names = {}}};
  const auto ways = sized_inputs(open, {});
  ASSERT_TRUE(ways) << ways.error().message();
  ASSERT_GT(ways->size(), 1U);
  EXPECT_EQ(core::to_string(ways->front()[0].shape), "[1,8]");
  EXPECT_EQ(sized_inputs(open, {.shapes = {"ids:1,32"}, .rows = 1})->size(), 1U);
}

TEST(BenchInputs, SayWhatIsWrongWithAShape) {
  for (const char* text : {"x", "x:1,", "x:a", "x:-1,64", ":1", "y:1,64", "x:1,65", "x:1"}) {
    const auto ways = sized_inputs(inputs, {.shapes = {text}, .rows = 1});
    ASSERT_FALSE(ways) << text;
    EXPECT_THAT(ways.error().message(), HasSubstr(std::string("--shape ") + text + ": "));
  }
}

}  // namespace
}  // namespace slipway::cli
