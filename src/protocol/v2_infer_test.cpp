#include "protocol/v2_infer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "protocol/json_tensor.hpp"

namespace slipway::protocol {
namespace {

core::Buffer body(std::string_view text) { return core::Buffer::copy_of(text); }

std::string v2_sentence(std::string_view text, std::optional<std::size_t> json_bytes = std::nullopt) {
  const auto decoded = decode_infer(body(text), json_bytes, {});
  return decoded ? "no error" : decoded.error().message();
}

TEST(V2Decode, ReadsFieldsInAnyOrder) {
  const auto decoded = decode_infer(
      body(
          R"({"outputs":[{"parameters":{"binary_data":true},"name":"y"}],"id":"7","parameters":{"timeout":5,"a":"b","f":1.5,"g":true},
               "inputs":[{"data":[[1,2],[3,4]],"shape":[2,2],"datatype":"INT32","name":"x"},
                         {"name":"s","shape":[1],"datatype":"BYTES","data":["hi"]}]})"),
      std::nullopt, {});
  ASSERT_TRUE(decoded) << decoded.error().message();
  const core::Request& request = decoded->request;
  EXPECT_EQ(request.id, "7");
  EXPECT_EQ(request.parameters.size(), 4U);
  ASSERT_EQ(request.inputs.size(), 2U);
  EXPECT_EQ(request.inputs[0].name, "x");
  EXPECT_EQ(request.inputs[0].bytes.size(), 16U);
  EXPECT_EQ(request.inputs[1].bytes.size(), 6U);
  EXPECT_EQ(request.outputs, (std::vector<std::string>{"y"}));
  EXPECT_TRUE(decoded->form.is_binary("y"));
  EXPECT_FALSE(decoded->form.is_binary("z"));
}

TEST(V2Decode, BinaryTensorsAreViewsOfTheBodyAndAligned) {
  const std::string json =
      R"({"inputs":[{"name":"b","shape":[1],"datatype":"UINT8","parameters":{"binary_data_size":1}},{"name":"x","shape":[2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"parameters":{"binary_data_output":true}})";
  const auto decoded = decode_infer(body(json + "\x07" + std::string(8, '\1')), json.size(), {});
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(decoded->request.inputs[0].bytes[0], std::byte{7});
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(decoded->request.inputs[1].bytes.data()) % 4, 0U);
  EXPECT_TRUE(decoded->form.is_binary("anything"));
}

TEST(V2Decode, SaysWhatIsWrongAndWhere) {
  const auto with = [](std::string_view input) { return fmt::format(R"({{"inputs":[{}]}})", input); };
  EXPECT_NE(v2_sentence("").find("empty"), std::string::npos);
  EXPECT_NE(v2_sentence("{").find("JSON"), std::string::npos);
  EXPECT_NE(v2_sentence("[]").find(R"(no object: {"inputs": […]} expected)"), std::string::npos);
  EXPECT_NE(v2_sentence("{}").find("no \"inputs\""), std::string::npos);
  EXPECT_NE(v2_sentence(R"({"inputs":[]} {})").find("byte 14"), std::string::npos);
  EXPECT_NE(v2_sentence(with(R"({"shape":[1]})")).find("input 0: \"name\""), std::string::npos);
  EXPECT_NE(v2_sentence(with(R"({"name":"x","shape":[1],"datatype":"FP31","data":[1]})")).find("FP31"),
            std::string::npos);
  EXPECT_NE(v2_sentence(with(R"({"name":"x","shape":[-1],"datatype":"FP32","data":[1]})"))
                .find("element 0 of \"shape\" is no integer from 0 to"),
            std::string::npos);
  EXPECT_NE(v2_sentence(with(R"({"name":"x","shape":[1],"datatype":"FP32"})")).find("neither"), std::string::npos);
  EXPECT_NE(v2_sentence(with(R"({"name":"x","shape":[1000000000000000000],"datatype":"FP32","data":[1]})"))
                .find("1 elements given"),
            std::string::npos);
  EXPECT_NE(
      v2_sentence(with(R"({"name":"x","shape":[1],"datatype":"FP32","data":[1],"parameters":{"binary_data_size":4}})"))
          .find("both"),
      std::string::npos);
  EXPECT_NE(v2_sentence(with(R"({"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}})"))
                .find("0 bytes are left"),
            std::string::npos);
  EXPECT_NE(
      v2_sentence(
          with(
              R"({"name":"x","shape":[1],"datatype":"FP32","data":[1]},{"name":"x","shape":[1],"datatype":"FP32","data":[1]})"))
          .find("given twice"),
      std::string::npos);
  EXPECT_NE(v2_sentence(with(R"({"name":"x","shape":[1],"datatype":"FP32","parameters":{"shared_memory_region":"r"}})"))
                .find("shared memory"),
            std::string::npos);
  EXPECT_NE(v2_sentence(R"({"parameters":{"binary_data_output":1},"inputs":[]})").find("true or false expected"),
            std::string::npos);
  EXPECT_NE(v2_sentence("{}", 5).find("the body has 2 bytes"), std::string::npos);
  EXPECT_NE(v2_sentence(R"({"inputs":[]}xx)", 13).find("2 bytes follow"), std::string::npos);
  EXPECT_NE(v2_sentence(R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1}]})"), "no error");
}

TEST(V2Decode, ReadsWhatItHasNoUseForAsJsonToo) {
  const std::string inputs =
      R"("inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[1],"note":{"a":[1,null]}}])";
  EXPECT_EQ(v2_sentence(fmt::format(R"({{{},"note":[true,"b",{{}}]}})", inputs)), "no error");
  EXPECT_NE(v2_sentence(fmt::format(R"({{"note":tru,{}}})", inputs)).find("byte 8"), std::string::npos);
  EXPECT_NE(v2_sentence(fmt::format(R"({{"x":[1e],{}}})", inputs)).find("at byte"), std::string::npos);
  EXPECT_NE(v2_sentence(fmt::format(R"({{"x":nul,{}}})", inputs)).find("at byte"), std::string::npos);
}

TEST(V2Decode, HasABoundOfTensors) {
  std::string inputs;
  for (int i = 0; i < 1025; ++i)
    inputs += fmt::format(R"({}{{"name":"x{}","shape":[0],"datatype":"INT8","data":[]}})", i == 0 ? "" : ",", i);
  EXPECT_NE(v2_sentence(fmt::format(R"({{"inputs":[{}]}})", inputs)).find("over 1024 inputs"), std::string::npos);
}

TEST(V2Decode, TakesTheWholeRangeOfUnsignedParameters) {
  const auto decoded = decode_infer(
      body(R"({"parameters":{"sequence_id":18446744073709551615,"a":9223372036854775807,"b":1e20},"inputs":[]})"),
      std::nullopt, {});
  ASSERT_TRUE(decoded) << decoded.error().message();
  const core::Parameters& parameters = decoded->request.parameters;
  EXPECT_EQ(parameters[0].second, core::Parameter(~std::uint64_t{0}));
  EXPECT_EQ(parameters[1].second, core::Parameter(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(parameters[2].second, core::Parameter(1e20));
  std::string out;
  append_parameter(out, parameters[0].second);
  EXPECT_EQ(out, "18446744073709551615");
}

TEST(V2Decode, HasABoundOfParameters) {
  std::string parameters;
  for (int i = 0; i < 1025; ++i) parameters += fmt::format(R"({}"p{}":1)", i == 0 ? "" : ",", i);
  EXPECT_EQ(v2_sentence(fmt::format(R"({{"parameters":{{{}}},"inputs":[]}})", parameters)),
            "the request has over 1024 parameters, the most that is taken");
}

TEST(V2Decode, ARawBodyIsTheOneInput) {
  const std::vector<core::TensorInfo> inputs{
      {.name = "x", .dtype = core::DataType::fp32, .shape = {-1, 2}, .dim_names = {}}};
  const auto decoded = decode_infer(body(std::string(16, '\0')), 0, inputs);
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(core::to_string(decoded->request.inputs[0].shape), "[2,2]");
  EXPECT_FALSE(decode_infer(body(std::string(15, '\0')), 0, inputs));
  EXPECT_FALSE(decode_infer(body("x"), 0, {}));
}

TEST(V2Decode, ARawBodyIsTheOneText) {
  const auto text = [](core::Shape shape) {
    return std::vector<core::TensorInfo>{
        {.name = "x", .dtype = core::DataType::bytes, .shape = std::move(shape), .dim_names = {}}};
  };
  const auto decoded = decode_infer(body("427"), 0, text({-1, 1}));
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(core::to_string(decoded->request.inputs[0].shape), "[1,1]");
  EXPECT_EQ(core::read_bytes_elements(decoded->request.inputs[0].bytes, 1)->front(), "427");
  EXPECT_NE(decode_infer(body("427"), 0, text({2})).error().message().find("its shape is [2]"), std::string::npos);
}

TEST(V2Encode, WritesJsonAndBinaryOutputs) {
  core::Response response{.model = "m", .version = "2", .id = "q", .outputs = {}, .timing = {}};
  const std::vector<float> values{0.1F, 2};
  for (const char* name : {"a", "b"})
    response.outputs.push_back({.name = name,
                                .dtype = core::DataType::fp32,
                                .shape = {2},
                                .data = core::Buffer::copy_of(std::as_bytes(std::span(values)))});
  const auto encoded = encode_infer(
      std::move(response),
      {.binary_by_default = false, .wishes = {{.name = "b", .binary = true, .classes = 0, .shared = {}, .place = {}}}});
  ASSERT_TRUE(encoded);
  ASSERT_EQ(encoded->body.size(), 2U);
  EXPECT_EQ(
      encoded->body[0].text(),
      R"({"model_name":"m","model_version":"2","id":"q","outputs":[{"name":"a","datatype":"FP32","shape":[2],"data":[0.1,2.0]},{"name":"b","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":8}}]})");
  EXPECT_EQ(encoded->json_bytes, encoded->body[0].size());
  EXPECT_EQ(encoded->body[1].size(), 8U);
}

}  // namespace
}  // namespace slipway::protocol
