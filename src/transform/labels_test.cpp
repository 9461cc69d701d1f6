#include "transform/labels.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace slipway::transform {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

template <class T>
core::TensorView view_of(const std::vector<T>& scores, core::DataType dtype, core::Shape shape) {
  return {"y", dtype, std::move(shape), std::as_bytes(std::span(scores))};
}

core::TensorView view_of(const std::vector<float>& scores, core::Shape shape) {
  return view_of(scores, core::DataType::fp32, std::move(shape));
}

TEST(Labels, AreBestFirstAndTiesByIndex) {
  const std::vector<float> scores{1, 3, 3, 0};
  const config::LabelsTransformSpec spec{.output = "", .softmax = false, .top_k = 3, .labels = {"a", "b", "c", "d"}};
  const auto rows = tensor_to_labels(spec, view_of(scores, {1, 4}));
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_THAT(rows->at(0),
              ElementsAre(Field(&Label::label, "b"), Field(&Label::label, "c"), Field(&Label::label, "a")));
  EXPECT_THAT(rows->at(0), ElementsAre(Field(&Label::index, 1), Field(&Label::index, 2), Field(&Label::index, 0)));
  EXPECT_EQ(rows->at(0)[0].score, 3);
}

TEST(Labels, AreGivenForEachRow) {
  const std::vector<float> scores{0, 1, 1, 0};
  const config::LabelsTransformSpec spec{.output = "", .softmax = false, .top_k = 1, .labels = {}};
  const auto rows = tensor_to_labels(spec, view_of(scores, {2, 2}));
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->at(0)[0].label, "1");
  EXPECT_EQ(rows->at(1)[0].label, "0");
  EXPECT_EQ(tensor_to_labels(spec, view_of(scores, {4}))->size(), 1U);
  EXPECT_TRUE(tensor_to_labels(spec, view_of(std::vector<float>{}, {0, 2}))->empty());
}

TEST(Labels, SoftmaxMakesProbabilitiesOfAnySize) {
  const std::vector<float> scores{1000, 1000, -1000};
  const config::LabelsTransformSpec spec{.output = "", .softmax = true, .top_k = 100, .labels = {}};
  const auto rows = tensor_to_labels(spec, view_of(scores, {1, 3}));
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->at(0).size(), 3U);
  EXPECT_DOUBLE_EQ(rows->at(0)[0].score, 0.5);
  EXPECT_DOUBLE_EQ(rows->at(0)[2].score, 0);
}

TEST(Labels, ReadEveryTypeOfFloat) {
  const config::LabelsTransformSpec spec{.output = "", .softmax = false, .top_k = 1, .labels = {}};
  const auto best = [&spec](const core::TensorView& view) { return tensor_to_labels(spec, view)->at(0).at(0).score; };
  EXPECT_EQ(best(view_of(std::vector<double>{0.25, 0.5}, core::DataType::fp64, {2})), 0.5);
  EXPECT_EQ(best(view_of(std::vector<std::uint16_t>{core::float_to_fp16(0.5F)}, core::DataType::fp16, {1})), 0.5);
  EXPECT_EQ(best(view_of(std::vector<std::uint16_t>{core::float_to_bf16(0.5F)}, core::DataType::bf16, {1})), 0.5);
}

TEST(Labels, AScoreThatIsNoNumberIsLastAndNeverTold) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> scores{nan, 1, nan, 2};
  config::LabelsTransformSpec spec{.output = "", .softmax = false, .top_k = 2, .labels = {}};
  EXPECT_THAT(tensor_to_labels(spec, view_of(scores, {4}))->at(0),
              ElementsAre(Field(&Label::index, 3), Field(&Label::index, 1)));
  spec.top_k = 3;
  const auto rows = tensor_to_labels(spec, view_of(scores, {4}));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code(), core::Code::internal);
  EXPECT_THAT(rows.error().message(), HasSubstr("the score nan for class 0 of row 0"));
}

TEST(Labels, SayWhatDoesNotFit) {
  const config::LabelsTransformSpec spec{.output = "", .softmax = false, .top_k = 1, .labels = {"a", "b", "c"}};
  const auto sentence = [&spec](core::DataType dtype, const core::Shape& shape) {
    const auto checked = check_scores(spec, "y", dtype, shape);
    return checked ? std::string("no error") : checked.error().message();
  };
  EXPECT_EQ(sentence(core::DataType::fp32, {-1, 4}),
            "transform labels: 3 labels are named, output \"y\" has 4 classes");
  EXPECT_EQ(sentence(core::DataType::fp32, {-1, -1}), "no error");
  EXPECT_EQ(sentence(core::DataType::int32, {-1, 3}),
            "transform labels: output \"y\" is INT32 [-1,3], rows of floats [rows,classes] are expected");
  EXPECT_THAT(sentence(core::DataType::fp32, {1, 2, 3}), HasSubstr("rows of floats"));
  EXPECT_THAT(sentence(core::DataType::fp32, {}), HasSubstr("rows of floats"));
  const std::vector<float> scores{1, 2};
  EXPECT_FALSE(tensor_to_labels(spec, view_of(scores, {1, 2})));
}

}  // namespace
}  // namespace slipway::transform
