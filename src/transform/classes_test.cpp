#include "transform/classes.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace slipway::transform {
namespace {

using core::DataType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class T>
core::TensorView view_of(const std::vector<T>& scores, DataType dtype, core::Shape shape) {
  return {"y", dtype, std::move(shape), std::as_bytes(std::span(scores))};
}

std::vector<std::string> strings_of(const core::Tensor& tensor) {
  EXPECT_EQ(tensor.dtype, DataType::bytes);
  const auto elements = core::read_bytes_elements(tensor.data.bytes(), core::element_count(tensor.shape).value_or(-1));
  EXPECT_TRUE(elements);
  if (!elements) return {};
  return {elements->begin(), elements->end()};
}

TEST(Classes, AreValueIndexAndLabelBestFirst) {
  const std::vector<float> scores{0.5F, 3.25F, 0.125F, 3.25F};
  const std::vector<std::string> names{"a", "b", "c"};
  const auto made = classify(view_of(scores, DataType::fp32, {1, 4}), {.count = 3, .batches = true, .names = names});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->name, "y");
  EXPECT_EQ(core::to_string(made->shape), "[1,3]");
  EXPECT_THAT(strings_of(*made), ElementsAre("3.250000:1:b", "3.250000:3", "0.500000:0:a"));
}

TEST(Classes, AreThoseOfEachRowHoweverManyDimensionsItHas) {
  const std::vector<std::int32_t> scores{1, 5, 10, 4, 7, 7, -1, 0};
  const auto made = classify(view_of(scores, DataType::int32, {2, 2, 2}), {.count = 2, .batches = false, .names = {}});
  ASSERT_TRUE(made);
  EXPECT_EQ(core::to_string(made->shape), "[2,2]");
  EXPECT_THAT(strings_of(*made), ElementsAre("10:2", "5:1", "7:0", "7:1"));
}

TEST(Classes, AreAllWhereMoreAreWantedThanThereAre) {
  const std::vector<std::uint8_t> scores{3, 200};
  const auto made = classify(view_of(scores, DataType::uint8, {2}), {.count = 9, .batches = false, .names = {}});
  ASSERT_TRUE(made);
  EXPECT_EQ(core::to_string(made->shape), "[2]");
  EXPECT_THAT(strings_of(*made), ElementsAre("200:1", "3:0"));
}

TEST(Classes, OfOneDimensionAreARowEachWhereTheModelBatches) {
  const std::vector<std::int8_t> scores{3, -2};
  const auto made = classify(view_of(scores, DataType::int8, {2}), {.count = 1, .batches = true, .names = {}});
  ASSERT_TRUE(made);
  EXPECT_EQ(core::to_string(made->shape), "[2,1]");
  EXPECT_THAT(strings_of(*made), ElementsAre("3:0", "-2:0"));
}

TEST(Classes, AreComparedInTheirOwnType) {
  const std::vector<std::int64_t> large{(1LL << 62) + 1, (1LL << 62) + 2};  // one double for both
  const auto made = classify(view_of(large, DataType::int64, {1, 2}), {.count = 1, .batches = true, .names = {}});
  ASSERT_TRUE(made);
  EXPECT_THAT(strings_of(*made), ElementsAre("4611686018427387906:1"));
  const std::vector<std::uint16_t> halves{core::float_to_fp16(0.5F), core::float_to_fp16(-2)};
  const auto of_halves = classify(view_of(halves, DataType::fp16, {2}), {.count = 2, .batches = false, .names = {}});
  ASSERT_TRUE(of_halves);
  EXPECT_THAT(strings_of(*of_halves), ElementsAre("0.500000:0", "-2.000000:1"));
}

TEST(Classes, ThatAreNoNumberGoLast) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> scores{nan, -std::numeric_limits<float>::infinity(), 1};
  const auto made = classify(view_of(scores, DataType::fp32, {1, 3}), {.count = 3, .batches = true, .names = {}});
  ASSERT_TRUE(made);
  EXPECT_THAT(strings_of(*made), ElementsAre("1.000000:2", "-inf:1", "nan:0"));
}

TEST(Classes, OfStringsAreRefused) {
  const auto refused = classify({"y", DataType::bytes, {0}, {}}, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("output \"y\": BYTES"));
}

TEST(ClassNames, AreThoseOfTheOutputThatTheyWereGivenFor) {
  const std::vector<core::TensorInfo> one{{.name = "y", .dtype = DataType::fp32, .shape = {-1, 2}, .dim_names = {}}};
  std::vector<core::TensorInfo> two = one;
  two.push_back({.name = "z", .dtype = DataType::fp32, .shape = {-1, 2}, .dim_names = {}});
  config::ModelSpec spec;
  EXPECT_TRUE(class_names(spec, one, "y").empty());
  spec.labels_output = {.output = "", .softmax = false, .top_k = 1, .labels = {"a", "b"}};
  EXPECT_THAT(class_names(spec, one, "y"), ElementsAre("a", "b"));
  EXPECT_TRUE(class_names(spec, two, "y").empty());
  spec.labels_output->output = "z";
  EXPECT_THAT(class_names(spec, two, "z"), ElementsAre("a", "b"));
  EXPECT_TRUE(class_names(spec, two, "y").empty());
}

TEST(Classes, RowsOfNothingHaveNone) {
  const std::vector<float> none;
  const auto made =
      classify(view_of(none, DataType::fp32, {std::int64_t{1} << 62, 0}), {.count = 1, .batches = true, .names = {}});
  ASSERT_TRUE(made);
  EXPECT_EQ(core::to_string(made->shape), "[4611686018427387904,0]");
  EXPECT_TRUE(made->data.empty());
}

}  // namespace
}  // namespace slipway::transform
