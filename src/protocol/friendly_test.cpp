#include "protocol/friendly.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace slipway::protocol {
namespace {

const std::vector<core::TensorInfo> one{
    {.name = "x", .dtype = core::DataType::fp32, .shape = {-1, 2}, .dim_names = {}}};
const std::vector<core::TensorInfo> two{{.name = "a", .dtype = core::DataType::int32, .shape = {-1}, .dim_names = {}},
                                        {.name = "b", .dtype = core::DataType::bytes, .shape = {-1}, .dim_names = {}}};

std::string friendly_sentence(std::string_view body, const std::vector<core::TensorInfo>& inputs) {
  const auto request = decode_friendly(core::Buffer::copy_of(body), inputs);
  return request ? "no error" : request.error().message();
}

TEST(Friendly, TakesNestedListsByNameAndAddsABatchDimension) {
  const auto request = decode_friendly(core::Buffer::copy_of(std::string_view(R"({"input": [1.5, 2]})")), one);
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(request->inputs[0].name, "x");
  EXPECT_EQ(core::to_string(request->inputs[0].shape), "[1,2]");
  float first = 0;
  std::memcpy(&first, request->inputs[0].bytes.data(), sizeof first);
  EXPECT_EQ(first, 1.5F);
  EXPECT_TRUE(decode_friendly(core::Buffer::copy_of(std::string_view(R"({"b":["é"],"a":[7]})")), two));
}

TEST(Friendly, NamesWhatIsWrong) {
  EXPECT_NE(friendly_sentence(R"({"y": [1]})", one).find("no input \"y\"; there are: \"x\""), std::string::npos);
  EXPECT_NE(friendly_sentence(R"({"a": [1]})", two).find("input \"b\" is missing"), std::string::npos);
  EXPECT_NE(friendly_sentence(R"({"x": [[1,2],[3]]})", one).find("must be equal"), std::string::npos);
  EXPECT_NE(friendly_sentence(R"({"x": [[1,2],3]})", one).find("list is expected"), std::string::npos);
  EXPECT_NE(friendly_sentence(R"({"x": [1,"2"]})", one).find("element 1"), std::string::npos);
  EXPECT_NE(friendly_sentence("[1,2]", one).find("JSON object"), std::string::npos);
  EXPECT_NE(friendly_sentence("", one).find("JSON"), std::string::npos);
  EXPECT_NE(friendly_sentence(R"({"x": [1,2]} x)", one), "no error");
}

TEST(Friendly, WritesNestedLists) {
  core::Response response{.model = "m", .version = "1", .id = "", .outputs = {}, .timing = {}};
  const std::vector<float> values{0.1F, 2, 3, 4};
  response.outputs.push_back({.name = "y",
                              .dtype = core::DataType::fp32,
                              .shape = {2, 2},
                              .data = core::Buffer::copy_of(std::as_bytes(std::span(values)))});
  EXPECT_EQ(*encode_friendly(response), R"({"model":"m","version":"1","outputs":{"y":[[0.1,2.0],[3.0,4.0]]}})");
  EXPECT_EQ(encode_labels(response, {{{.label = "cat", .index = 3, .score = 0.5}}}),
            R"({"model":"m","version":"1","labels":[{"label":"cat","index":3,"score":0.5}]})");
}

}  // namespace
}  // namespace slipway::protocol
