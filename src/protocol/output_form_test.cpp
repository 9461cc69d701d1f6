#include "protocol/output_form.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace slipway::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

core::Tensor scores(std::string name, const std::vector<float>& values) {
  return {.name = std::move(name),
          .dtype = core::DataType::fp32,
          .shape = {1, static_cast<std::int64_t>(values.size())},
          .data = core::Buffer::copy_of(std::as_bytes(std::span(values)))};
}

TEST(OutputForm, ReadsTheParametersThatItKnows) {
  OutputWish wish;
  EXPECT_TRUE(wish.says_nothing());
  EXPECT_TRUE(read_output_parameter(wish, "binary_data", true));
  EXPECT_TRUE(read_output_parameter(wish, "classification", std::int64_t{3}));
  EXPECT_TRUE(read_output_parameter(wish, "of a later protocol", std::string("x")));
  EXPECT_EQ(wish.binary, true);
  EXPECT_EQ(wish.classes, 3);
  EXPECT_FALSE(wish.says_nothing());
}

TEST(OutputForm, RefusesValuesOfTheWrongKind) {
  OutputWish wish;
  for (const core::Parameter& wrong : {core::Parameter(std::int64_t{-1}), core::Parameter(1.5), core::Parameter(true)})
    EXPECT_FALSE(read_output_parameter(wish, "classification", wrong));
  EXPECT_THAT(read_output_parameter(wish, "binary_data", std::string("yes")).error().message(),
              HasSubstr("neither true nor false"));
}

TEST(OutputForm, AnOutputsOwnWordWinsOverTheDefault) {
  const OutputForm form{.binary_by_default = true,
                        .wishes = {{.name = "y", .binary = false, .classes = 0, .shared = {}, .place = {}}}};
  EXPECT_FALSE(form.is_binary("y"));
  EXPECT_TRUE(form.is_binary("z"));
}

TEST(OutputForm, ClassesStandInPlaceOfTheScoresOfThatOutputAlone) {
  core::Response response{.model = "m", .version = "1", .id = "", .outputs = {}, .timing = {}};
  response.outputs.push_back(scores("y", {0.25F, 0.75F}));
  response.outputs.push_back(scores("z", {1, 2}));
  config::ModelSpec spec;
  spec.labels_output = {.output = "y", .softmax = false, .top_k = 1, .labels = {"a", "b"}};
  const OutputForm form{.binary_by_default = false,
                        .wishes = {{.name = "y", .binary = {}, .classes = 1, .shared = {}, .place = {}}}};
  ASSERT_TRUE(form_outputs(response, form, {.spec = spec, .outputs = {}, .batches = true}));
  EXPECT_EQ(response.outputs[0].dtype, core::DataType::bytes);
  EXPECT_EQ(core::to_string(response.outputs[0].shape), "[1,1]");
  EXPECT_THAT(*core::read_bytes_elements(response.outputs[0].data.bytes(), 1), ElementsAre("0.750000:1:b"));
  EXPECT_EQ(response.outputs[1].dtype, core::DataType::fp32);
}

}  // namespace
}  // namespace slipway::protocol
