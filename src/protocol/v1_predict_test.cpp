#include "protocol/v1_predict.hpp"

#include <gmock/gmock.h>

#include <cstring>

namespace slipway::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<core::TensorInfo> one{{"x", core::DataType::fp32, {-1, 2}, {}}};
const std::vector<core::TensorInfo> two{{"a", core::DataType::fp32, {-1, 2}, {}},
                                        {"b", core::DataType::bytes, {-1}, {}}};

core::Result<DecodedPredict> decode_v1(std::string_view body, const std::vector<core::TensorInfo>& inputs) {
  return decode_predict(core::Buffer::copy_of(body), inputs);
}
std::string v1_sentence(std::string_view body, const std::vector<core::TensorInfo>& inputs) {
  const auto decoded = decode_v1(body, inputs);
  return decoded ? "no error" : decoded.error().message();
}
std::vector<float> floats(const core::TensorView& tensor) {
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

TEST(V1Predict, TakesRowsAndColumnsOfTheOneInput) {
  for (const char* body :
       {R"({"instances":[[1,2],[3,4]]})", R"({"instances":[{"x":[1,2]},{"x":[3,4]}]})", R"({"inputs":[[1,2],[3,4]]})",
        R"({"signature_name":"serving_default","inputs":{"x":[[1,2],[3,4]]}})"}) {
    const auto decoded = decode_v1(body, one);
    ASSERT_TRUE(decoded) << body << ": " << decoded.error().message();
    EXPECT_EQ(decoded->by_row, std::string_view(body).find("instances") != std::string_view::npos);
    ASSERT_EQ(decoded->request.inputs.size(), 1U);
    EXPECT_EQ(decoded->request.inputs[0].name, "x");
    EXPECT_EQ(core::to_string(decoded->request.inputs[0].shape), "[2,2]");
    EXPECT_THAT(floats(decoded->request.inputs[0]), ElementsAre(1, 2, 3, 4));
  }
}

TEST(V1Predict, TakesRowsOfSeveralInputsAndBase64) {
  const auto decoded = decode_v1(R"({"instances":[{"b":{"b64":"aGk="},"a":[1,2]},{"a":[3,4],"b":"you"}]})", two);
  ASSERT_TRUE(decoded) << decoded.error().message();
  ASSERT_EQ(decoded->request.inputs.size(), 2U);
  EXPECT_THAT(floats(decoded->request.inputs[0]), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(core::to_string(decoded->request.inputs[1].shape), "[2]");
  EXPECT_THAT(*core::read_bytes_elements(decoded->request.inputs[1].bytes, 2), ElementsAre("hi", "you"));
  const std::vector<core::TensorInfo> words{two[1]};
  const auto only = decode_v1(R"({"instances":[ { "b64":"aGk=" } ]})", words);
  ASSERT_TRUE(only) << only.error().message();
  EXPECT_THAT(*core::read_bytes_elements(only->request.inputs[0].bytes, 1), ElementsAre("hi"));
}

TEST(V1Predict, PassesOverWhatItDoesNotKnow) {
  for (const char* body : {R"({"parameters":{"a":[null]},"instances":[[1,2]]})",
                           R"({"instances":[[1,2]],"parameters":{}})", R"({"inputs":{"other":[1,2,3],"x":[[1,2]]}})"}) {
    const auto decoded = decode_v1(body, one);
    ASSERT_TRUE(decoded) << body << ": " << decoded.error().message();
    ASSERT_EQ(decoded->request.inputs.size(), 1U);
    EXPECT_THAT(floats(decoded->request.inputs[0]), ElementsAre(1, 2));
  }
}

TEST(V1Predict, SaysWhatIsWrong) {
  EXPECT_THAT(v1_sentence(R"({"instances":[[1,2],[3]]})", one), HasSubstr("must be equal"));
  EXPECT_THAT(v1_sentence(R"({"instances":[{"x":[1,2]},{"x":[3]}]})", one),
              HasSubstr("instance 1: input \"x\" has shape [1]"));
  EXPECT_THAT(v1_sentence(R"({"instances":[{"x":[1,2]},[3,4]]})", one), HasSubstr("instance 1: an object"));
  EXPECT_THAT(v1_sentence(R"({"instances":[{"a":[1,2]}]})", two), HasSubstr("input \"b\" is missing"));
  EXPECT_THAT(v1_sentence(R"({"instances":[{"z":[1,2]}]})", one), HasSubstr("no input \"z\"; there are: \"x\""));
  EXPECT_THAT(v1_sentence(R"({"instances":[[1,2]]})", two), HasSubstr("several inputs"));
  EXPECT_THAT(v1_sentence(R"({"instances":7})", one), HasSubstr("no list"));
  EXPECT_THAT(v1_sentence(R"({"instances":[[1,2]],"inputs":[[1,2]]})", one), HasSubstr("exclude each other"));
  EXPECT_THAT(v1_sentence(R"({"signature_name":"other","inputs":[[1,2]]})", one), HasSubstr("one signature"));
  EXPECT_THAT(v1_sentence("{}", one), HasSubstr("expected"));
  EXPECT_THAT(v1_sentence(R"({"examples":[]})", one), HasSubstr("{\"instances\": [a row an element]}"));
  EXPECT_THAT(v1_sentence(R"({"instances":[[NaN,2}})", one), HasSubstr("byte 20"));
  EXPECT_THAT(v1_sentence(R"({"instances":[[1,2})", one), HasSubstr("byte 18"));
  EXPECT_THAT(v1_sentence(R"({"instances":[{"b64":"!"}]})", {two[1]}), HasSubstr("b64"));
}

core::Response response(std::vector<std::string> names) {
  core::Response made{.model = "m", .version = "1", .id = "", .outputs = {}, .timing = {}};
  const std::vector<float> values{1, 2, 3, 4};
  for (std::string& name : names)
    made.outputs.push_back(
        {std::move(name), core::DataType::fp32, {2, 2}, core::Buffer::copy_of(std::as_bytes(std::span(values)))});
  return made;
}

TEST(V1Predict, AnswersAsItWasAsked) {
  EXPECT_EQ(*encode_predict(response({"y"}), true), R"({"predictions":[[1.0,2.0],[3.0,4.0]]})");
  EXPECT_EQ(*encode_predict(response({"y"}), false), R"({"outputs":[[1.0,2.0],[3.0,4.0]]})");
  EXPECT_EQ(*encode_predict(response({"y", "z"}), true),
            R"({"predictions":[{"y":[1.0,2.0],"z":[1.0,2.0]},{"y":[3.0,4.0],"z":[3.0,4.0]}]})");
  EXPECT_EQ(*encode_predict(response({"y", "z"}), false),
            R"({"outputs":{"y":[[1.0,2.0],[3.0,4.0]],"z":[[1.0,2.0],[3.0,4.0]]}})");
  core::Response words = response({"y"});
  std::vector<std::byte> bytes;
  for (const char* word : {"a", "bcd"}) core::append_bytes_element(bytes, word);
  words.outputs[0] = {"y", core::DataType::bytes, {2, 1}, core::Buffer::copy_of(bytes)};
  EXPECT_EQ(*encode_predict(words, true), R"({"predictions":[["a"],["bcd"]]})");
  words.outputs[0].name = "image_bytes";
  EXPECT_EQ(*encode_predict(words, true), R"({"predictions":[[{"b64":"YQ=="}],[{"b64":"YmNk"}]]})");
  core::Response scalar = response({"y", "z"});
  scalar.outputs[1].shape = {4};
  EXPECT_THAT(encode_predict(scalar, true).error().message(), HasSubstr("ask with \"inputs\""));
}

}  // namespace
}  // namespace slipway::protocol
