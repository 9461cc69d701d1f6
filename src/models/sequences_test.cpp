#include "models/sequences.hpp"

#include <gmock/gmock.h>

namespace slipway::models {
namespace {

using core::DataType;
using core::Shape;
using ::testing::HasSubstr;

const std::vector<core::TensorInfo> inputs{
    {"x", DataType::fp32, {-1, 3}, {}}, {"h", DataType::fp32, {2, -1, 4}, {}}, {"START", DataType::int32, {1}, {}}};
const std::vector<core::TensorInfo> outputs{{"y", DataType::fp32, {-1, 1}, {}},
                                            {"hn", DataType::fp32, {2, -1, 4}, {}},
                                            {"half", DataType::fp16, {2, -1, 4}, {}}};

core::Result<scheduler::SequenceOptions> options_of(config::SequenceSpec sequence) {
  config::ModelSpec spec;
  spec.sequence = std::move(sequence);
  return sequence_options(spec, inputs, outputs);
}

std::string sequence_error(config::SequenceSpec sequence) {
  const auto options = options_of(std::move(sequence));
  return options ? "" : options.error().message();
}

TEST(Sequences, AStateBeginsWithZerosOfItsShape) {
  config::SequenceSpec sequence;
  sequence.states = {{"h", "hn", {}, {}}};
  sequence.controls = {{.input = "START", .dtype = DataType::int32, .when_false = 3, .when_true = 4}};
  const auto options = options_of(std::move(sequence));
  ASSERT_TRUE(options) << options.error().message();
  const scheduler::StateTensor& state = options->states.at(0);
  EXPECT_EQ(state.input, 1U);
  EXPECT_EQ(state.output, 1U);
  EXPECT_EQ(state.initial_shape, (Shape{2, 1, 4}));
  EXPECT_EQ(state.initial, std::vector<std::byte>(32));
  std::int32_t began = 0;
  std::memcpy(&began, options->controls.at(0).when_true.data(), sizeof began);
  EXPECT_EQ(began, 4);
}

TEST(Sequences, SayWhatTheModelHasNot) {
  config::SequenceSpec sequence;
  sequence.states = {{"h", "hn", {}, {}}, {"h", "hn", {}, {}}};
  EXPECT_THAT(sequence_error(sequence), HasSubstr("the state \"h\" is named twice"));
  sequence.states = {{"g", "hn", {}, {}}};
  EXPECT_THAT(sequence_error(sequence), HasSubstr(R"(the input "g", the model has "x", "h", "START")"));
  sequence.states = {{"h", "gn", {}, {}}};
  EXPECT_THAT(sequence_error(sequence), HasSubstr(R"(the output "gn")"));
  sequence.states = {{"h", "half", {}, {}}};
  EXPECT_THAT(sequence_error(sequence), HasSubstr("one type of numbers"));
  sequence.states = {{"h", "hn", {}, Shape{3, 1, 4}}};
  EXPECT_THAT(sequence_error(sequence), HasSubstr("begins with shape [3,1,4], the model takes [2,-1,4]"));
  sequence.states = {{"h", "hn", std::vector<std::byte>(3), {}}};
  EXPECT_THAT(sequence_error(sequence), HasSubstr("3 bytes, 32 expected"));
  sequence.states = {};
  sequence.controls = {{.input = "START"}};
  EXPECT_THAT(sequence_error(sequence), HasSubstr(R"(the input "START" with FP32, the model takes INT32)"));
}

}  // namespace
}  // namespace slipway::models
