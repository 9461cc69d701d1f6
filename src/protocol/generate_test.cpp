#include "protocol/generate.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <limits>
#include <vector>

namespace slipway::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<core::TensorInfo> inputs{
    {.name = "text_input", .dtype = core::DataType::bytes, .shape = {-1, 1}, .dim_names = {}},
    {.name = "scale", .dtype = core::DataType::fp32, .shape = {-1, 2}, .dim_names = {}}};

core::Result<core::Request> decoded_generate(std::string_view body) {
  return decode_generate(core::Buffer::copy_of(body), inputs);
}
std::string generate_sentence(std::string_view body) {
  const auto request = decoded_generate(body);
  return request ? "no error" : request.error().message();
}

TEST(Generate, KeysAreInputsOrParameters) {
  const auto request = decoded_generate(
      R"({"id":"7","text_input":"hello","parameters":{"stream":false},"scale":[1,2],"temperature":0.5})");
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(request->id, "7");
  ASSERT_EQ(request->inputs.size(), 2U);
  EXPECT_EQ(core::to_string(request->inputs[0].shape), "[1,1]");
  EXPECT_THAT(*core::read_bytes_elements(request->inputs[0].bytes, 1), ElementsAre("hello"));
  EXPECT_EQ(core::to_string(request->inputs[1].shape), "[1,2]");
  ASSERT_EQ(request->parameters.size(), 2U);
  EXPECT_EQ(request->parameters[0].first, "stream");
  EXPECT_EQ(request->parameters[1], (std::pair<std::string, core::Parameter>("temperature", 0.5)));
}

TEST(Generate, HasABoundOfParameters) {
  std::string body = R"({"text_input":"a","scale":[1,2])";
  for (int i = 0; i < 1025; ++i) body += fmt::format(R"(,"p{}":1)", i);
  EXPECT_EQ(generate_sentence(body + "}"), "the request has over 1024 parameters, the most that is taken");
}

TEST(Generate, EntriesOfParametersMayBeInputs) {
  const auto request = decoded_generate(R"({"text_input":"a","parameters":{"scale":[1,2],"stream":false}})");
  ASSERT_TRUE(request) << request.error().message();
  ASSERT_EQ(request->inputs.size(), 2U);
  EXPECT_EQ(core::to_string(request->inputs[1].shape), "[1,2]");
  ASSERT_EQ(request->parameters.size(), 1U);
  EXPECT_EQ(request->parameters[0].first, "stream");
}

TEST(Generate, FlatListsFillTheShape) {
  const auto request = decoded_generate(R"({"text_input":["a","b","c"],"scale":[1,2,3,4,5,6]})");
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(core::to_string(request->inputs[0].shape), "[3,1]");
  EXPECT_EQ(core::to_string(request->inputs[1].shape), "[3,2]");
  const auto uneven = decoded_generate(R"({"text_input":"a","scale":[1,2,3]})");
  ASSERT_TRUE(uneven);
  EXPECT_EQ(core::to_string(uneven->inputs[1].shape), "[1,3]") << "which admission refuses";
}

TEST(Generate, WholeTensorsKeepTheirShape) {
  const auto request = decoded_generate(R"({"text_input":[["a"],["b"]],"scale":[[1,2],[3,4]]})");
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(core::to_string(request->inputs[0].shape), "[2,1]");
}

TEST(Generate, SaysWhatIsWrong) {
  EXPECT_THAT(generate_sentence(R"({"scale":[1,2]})"), HasSubstr("input \"text_input\" is missing"));
  EXPECT_THAT(generate_sentence(R"({"text_input":7,"scale":[1,2]})"), HasSubstr("input \"text_input\": element 0: 7"));
  EXPECT_THAT(generate_sentence(R"({"text_input":"a","scale":[1,2],"stop":["x"]})"),
              HasSubstr("parameter \"stop\": a string"));
  EXPECT_THAT(generate_sentence(R"({"text_input":"a","scale":[1,2],"id":1})"), HasSubstr("\"id\""));
  EXPECT_THAT(generate_sentence(R"({"text_input":"a","scale":[1,2],"parameters":[]})"), HasSubstr("\"parameters\""));
  EXPECT_THAT(generate_sentence("[]"), HasSubstr("not a JSON object"));
}

TEST(Generate, OutputsStandUnderTheirNames) {
  core::Response response{.model = "m", .version = "2", .id = "", .outputs = {}, .timing = {}};
  std::vector<std::byte> text;
  core::append_bytes_element(text, "hi\nthere");
  response.outputs.push_back(
      {.name = "text_output", .dtype = core::DataType::bytes, .shape = {1, 1}, .data = core::Buffer::copy_of(text)});
  const std::vector<float> scores{0.5F, std::numeric_limits<float>::quiet_NaN()};
  response.outputs.push_back({.name = "scores",
                              .dtype = core::DataType::fp32,
                              .shape = {1, 2},
                              .data = core::Buffer::copy_of(std::as_bytes(std::span(scores)))});
  const auto answer = encode_generate(response);
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, R"({"model_name":"m","model_version":"2","text_output":"hi\nthere","scores":[0.5,NaN]})");
  EXPECT_EQ(event_of(*answer), "data: " + *answer + "\n\n");
}

}  // namespace
}  // namespace slipway::protocol
