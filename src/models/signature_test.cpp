#include "models/signature.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace slipway::models {
namespace {

using core::DataType;
using core::Shape;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

core::TensorInfo tensor_info(std::string name, Shape shape, DataType dtype = DataType::fp32) {
  return {std::move(name), dtype, std::move(shape), {}};
}

config::DeclaredTensor declared(std::string name, Shape dims, std::optional<Shape> reshape = std::nullopt) {
  return {std::move(name), DataType::fp32, std::move(dims), std::move(reshape)};
}

std::string signature_error(const config::ModelSpec& spec, bool batches = true) {
  const auto made = Signature::of(spec, {tensor_info("x", {-1, 3})}, {tensor_info("y", {-1, 2})}, batches);
  return made ? "" : made.error().message();
}

TEST(Signature, OfAModelThatNobodyDeclaresIsTheModels) {
  const auto made = Signature::of({}, {tensor_info("x", {-1, 3})}, {tensor_info("y", {-1, 2})}, true);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->inputs().at(0).shape, (Shape{-1, 3}));
  EXPECT_EQ(made->outputs().at(0).name, "y");
}

TEST(Signature, NarrowsWhatTheModelLeavesOpenAndLeavesOutOutputs) {
  config::ModelSpec spec;
  spec.inputs = {declared("x", {3, -1, 224})};
  spec.outputs = {declared("b", {2})};
  const auto made = Signature::of(spec, {tensor_info("x", {-1, 3, -1, -1})},
                                  {tensor_info("a", {-1, 2}), tensor_info("b", {-1, 2})}, true);
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->inputs().at(0).shape, (Shape{-1, 3, -1, 224}));
  ASSERT_EQ(made->outputs().size(), 1U);
  scheduler::Job job;
  job.request.inputs.resize(1);
  job.outputs = {0};
  made->to_model(job);
  EXPECT_THAT(job.outputs, ElementsAre(1)) << "the model's second output";
}

TEST(Signature, ReshapesInputsAndOutputsWithTheirBatch) {
  config::ModelSpec spec;
  spec.inputs = {declared("x", {-1}, Shape{-1, 1})};
  spec.outputs = {declared("y", {4}, Shape{2, 2})};
  const auto made = Signature::of(spec, {tensor_info("x", {-1, -1, 1})}, {tensor_info("y", {-1, 2, 2})}, true);
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->inputs().at(0).shape, (Shape{-1, -1}));
  EXPECT_EQ(made->outputs().at(0).shape, (Shape{-1, 4}));
  scheduler::Job job;
  job.request.inputs = {{"x", DataType::fp32, {5, 7}, {}}};
  job.outputs = {0};
  Shape answered;
  job.done = [&](core::Result<core::Response> result) { answered = result->outputs.at(0).shape; };
  made->to_model(job);
  EXPECT_EQ(job.request.inputs.at(0).shape, (Shape{5, 7, 1}));
  core::Response response;
  response.outputs.push_back({"y", DataType::fp32, {5, 2, 2}, {}});
  job.done(std::move(response));
  EXPECT_EQ(answered, (Shape{5, 4}));
}

TEST(Signature, TellsWhatOneRowIsToTheModel) {
  config::ModelSpec spec;
  spec.inputs = {declared("x", {4}, Shape{2, 2})};
  const auto batched = Signature::of(spec, {tensor_info("x", {-1, 2, 2})}, {}, true);
  ASSERT_TRUE(batched) << batched.error().message();
  EXPECT_EQ(batched->one_row(tensor_info("x", {-1, 2, 2}), {4}), (Shape{1, 2, 2}));
  EXPECT_THAT(batched->one_row(tensor_info("x", {-1, 2, 2}), {2, 2}).error().message(),
              HasSubstr(R"(input "x": [1,2,2] with the batch given, [-1,4] expected)"));
  const auto single = Signature::of({}, {tensor_info("x", {-1, 2})}, {}, false);
  ASSERT_TRUE(single);
  EXPECT_EQ(single->one_row(tensor_info("x", {-1, 2}), {1, 2}), (Shape{1, 2}));
}

TEST(Signature, KeepsControlsAndStatesForTheServer) {
  config::ModelSpec spec;
  spec.sequence.emplace();
  spec.sequence->controls = {{.input = "START"}};
  spec.sequence->states = {{"h", "hn", {}, {}}};
  const auto made = Signature::of(spec, {tensor_info("h", {-1}), tensor_info("x", {-1}), tensor_info("START", {-1})},
                                  {tensor_info("y", {-1}), tensor_info("hn", {-1})}, false);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->inputs().size(), 1U);
  ASSERT_EQ(made->outputs().size(), 1U);
  scheduler::Job job;
  job.request.inputs = {{"x", DataType::fp32, {1}, {}}};
  made->to_model(job);
  ASSERT_EQ(job.request.inputs.size(), 3U);
  EXPECT_EQ(job.request.inputs.at(1).name, "x");
}

TEST(Signature, RefusesWhatTheModelHasNot) {
  config::ModelSpec spec;
  spec.inputs = {declared("z", {3})};
  EXPECT_THAT(signature_error(spec), HasSubstr(R"(the input "z", the model has "x")"));
  spec.inputs = {declared("x", {4})};
  EXPECT_THAT(signature_error(spec), HasSubstr("says [-1,4] with the batch, the model [-1,3]"));
  EXPECT_THAT(signature_error(spec, false), HasSubstr("says [4]"));
  spec.inputs = {{"x", DataType::int32, std::nullopt, std::nullopt}};
  EXPECT_THAT(signature_error(spec), HasSubstr("says INT32, the model FP32"));
  spec.inputs = {declared("x", {2}, Shape{3})};
  EXPECT_THAT(signature_error(spec), HasSubstr("[2] cannot be reshaped to [3]"));
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  spec.inputs = {declared("x", {huge, huge, 3}, Shape{3})};  // whose product wraps around to 3
  EXPECT_THAT(signature_error(spec), HasSubstr("cannot be reshaped to [3]"));
}

}  // namespace
}  // namespace slipway::models
