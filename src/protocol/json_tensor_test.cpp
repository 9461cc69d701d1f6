#include "protocol/json_tensor.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

namespace slipway::protocol {
namespace {

using core::DataType;

core::Result<core::Buffer> parse(const std::string& json, DataType dtype, core::Shape shape) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(json);
  simdjson::ondemand::document document;
  EXPECT_EQ(parser.iterate(padded).get(document), simdjson::SUCCESS);
  simdjson::ondemand::value value;
  EXPECT_EQ(document.get_value().get(value), simdjson::SUCCESS);
  return parse_tensor_data(value, dtype, shape);
}

std::string written(DataType dtype, const core::Shape& shape, const core::Buffer& data) {
  std::string out;
  const core::TensorView view{"t", dtype, shape, data.bytes()};
  EXPECT_TRUE(append_flat(out, view));
  return out;
}

TEST(JsonTensor, EveryTypeGoesThereAndBack) {
  const std::vector<std::pair<DataType, std::string>> cases{
      {DataType::boolean, "[true,false,true]"},
      {DataType::uint8, "[0,1,255]"},
      {DataType::uint16, "[0,1,65535]"},
      {DataType::uint32, "[0,1,4294967295]"},
      {DataType::uint64, "[0,1,18446744073709551615]"},
      {DataType::int8, "[-128,0,127]"},
      {DataType::int16, "[-32768,0,32767]"},
      {DataType::int32, "[-2147483648,0,2147483647]"},
      {DataType::int64, "[-9223372036854775808,0,9223372036854775807]"},
      {DataType::fp16, "[1.5,-2.0,0.25]"},
      {DataType::bf16, "[1.5,-2.0,0.25]"},
      {DataType::fp32, "[0.1,-2.0,1e+20]"},
      {DataType::fp64, "[0.1,-2.5,1e+300]"},
      {DataType::bytes, R"(["a","","é\"\\"])"}};
  for (const auto& [dtype, json] : cases) {
    const auto data = parse(json, dtype, {3});
    ASSERT_TRUE(data) << core::name_of(dtype) << ": " << data.error().message();
    EXPECT_EQ(written(dtype, {3}, *data), json) << core::name_of(dtype);
  }
}

TEST(JsonTensor, FloatsAreWrittenShortestAndReadBackToTheBit) {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isfinite(value)) continue;
    const core::Buffer data = core::Buffer::copy_of(std::as_bytes(std::span(&value, 1)));
    const auto back = parse(written(DataType::fp32, {1}, data), DataType::fp32, {1});
    ASSERT_TRUE(back);
    ASSERT_EQ(std::memcmp(back->data(), &value, sizeof value), 0) << value;
  }
}

TEST(JsonTensor, NamesTheElementThatIsWrong) {
  const auto sentence = [](const std::string& json, DataType dtype, core::Shape shape) {
    const auto data = parse(json, dtype, std::move(shape));
    return data ? std::string("no error") : data.error().message();
  };
  EXPECT_EQ(sentence("[1,300]", DataType::uint8, {2}),
            "element 1: 300 given, an integer from 0 to 255 expected for UINT8");
  EXPECT_NE(sentence("[1,-1]", DataType::uint64, {2}).find("element 1"), std::string::npos);
  EXPECT_NE(sentence("[1.5]", DataType::int32, {1}).find("1.5 given"), std::string::npos);
  EXPECT_NE(sentence("[null]", DataType::fp32, {1}).find("null given"), std::string::npos);
  EXPECT_NE(sentence("[1]", DataType::bytes, {1}).find("a string or {\"b64\": \"base64 of the bytes\"} expected"),
            std::string::npos);
  EXPECT_EQ(sentence("[1,2]", DataType::fp32, {3}), "2 elements given, shape [3] has 3");
  EXPECT_EQ(sentence("[[1,2],[3,4]]", DataType::fp32, {3}), "4 elements given, shape [3] has 3");
  EXPECT_NE(sentence("[]", DataType::fp32, {1'000'000'000'000}).find("0 elements given"), std::string::npos);
  EXPECT_NE(sentence(std::string(40, '[') + std::string(40, ']'), DataType::fp32, {1}).find("nested deeper"),
            std::string::npos);
  EXPECT_NE(sentence(R"({"a":7})", DataType::fp32, {1}).find("no list"), std::string::npos);
}

TEST(JsonTensor, ListsAreFlatOrNestedAsTheShape) {
  const auto sentence = [](const std::string& json, core::Shape shape) {
    const auto data = parse(json, DataType::fp32, std::move(shape));
    return data ? std::string("taken") : data.error().message();
  };
  for (const auto* json :
       {"[1,2,3,4,5,6]", "[[1,2,3],[4,5,6]]", "[[[1,2,3],[4,5,6]]]", "[[[1],[2],[3]],[[4],[5],[6]]]"})
    EXPECT_EQ(sentence(json, {1, 2, 3}), "taken") << json;
  EXPECT_EQ(sentence("[[],[]]", {2, 0}), "taken");
  EXPECT_EQ(sentence("[]", {2, 0}), "taken");
  EXPECT_EQ(sentence("[[5]]", {}), "taken");
  EXPECT_EQ(sentence("[[1,2],[3]]", {3}), "lists of 2 and of 1 elements stand side by side; they must be equal");
  EXPECT_EQ(sentence("[[1,2],[3,4],[5,6]]", {2, 3}), "lists nested as [3,2] given, [2,3] or one flat list expected");
  EXPECT_EQ(sentence("[[1,2,3,4,5,6]]", {2, 3}), "lists nested as [1,6] given, [2,3] or one flat list expected");
  EXPECT_EQ(sentence("[[[1,2]],[[3],[4]]]", {2, 2}),
            "lists of 2 and of 1 elements stand side by side; they must be equal");
  for (const auto* json : {"[1,[2]]", "[[1],2]"})
    EXPECT_EQ(sentence(json, {2}), "elements and lists stand side by side") << json;
  for (const auto* json : {"[[1],[[2]]]", "[[[1]],[2]]"})
    EXPECT_EQ(sentence(json, {2}), "lists of elements stand beside lists of lists") << json;
}

TEST(JsonTensor, NanAndInfinitiesAreWords) {
  const auto data = parse("[NaN, -Infinity ,1,Infinity]", DataType::fp32, {4});
  ASSERT_TRUE(data) << data.error().message();
  const core::TensorView view{"y", DataType::fp32, {4}, data->bytes()};
  std::string out;
  ASSERT_TRUE(append_flat(out, view));
  EXPECT_EQ(out, "[NaN,-Infinity,1.0,Infinity]");
  out.clear();
  ASSERT_TRUE(append_nested(out, view, Written::exact));
  EXPECT_EQ(out, "[NaN,-Infinity,1.0,Infinity]");
  out.clear();
  ASSERT_TRUE(append_nested(out, view, Written::json));
  EXPECT_EQ(out, "[null,null,1.0,null]");
  for (const auto dtype : {DataType::fp16, DataType::bf16, DataType::fp64})
    EXPECT_TRUE(parse("[[NaN],[-Inf]]", dtype, {2, 1})) << core::name_of(dtype);
  EXPECT_NE(parse("[NaN]", DataType::int32, {1}).error().message().find("element 0: NaN given, an integer"),
            std::string::npos);
  EXPECT_NE(parse("[NaNs]", DataType::fp32, {1}).error().message().find("not JSON"), std::string::npos);
}

TEST(JsonTensor, FloatsHaveAPointOrAnExponent) {
  const std::vector<float> values{5, 0.5F, 1e20F, -0.0F};
  const core::TensorView view{"y", DataType::fp32, {4}, std::as_bytes(std::span(values))};
  std::string out;
  ASSERT_TRUE(append_flat(out, view));
  EXPECT_EQ(out, "[5.0,0.5,1e+20,-0.0]");
}

TEST(JsonTensor, BytesThatAreNoTextAreNoJson) {
  std::vector<std::byte> bytes;
  core::append_bytes_element(bytes, "fine");
  core::append_bytes_element(bytes, "\xff\xfe");
  const core::TensorView view{"y", DataType::bytes, {2}, bytes};
  std::string out;
  EXPECT_NE(append_flat(out, view).error().message().find("element 1 is bytes that are no UTF-8 text"),
            std::string::npos);
  out.clear();
  ASSERT_TRUE(append_nested(out, view, Written::json));
  EXPECT_EQ(out, "[\"fine\",\"\xEF\xBF\xBD\xEF\xBF\xBD\"]");
  out.clear();
  ASSERT_TRUE(append_nested(out, view, Written::exact));
  EXPECT_EQ(out, R"(["fine",{"b64":"//4="}])");
  out.clear();
  ASSERT_TRUE(append_nested(out, view, Written::base64));
  EXPECT_EQ(out, R"([{"b64":"ZmluZQ=="},{"b64":"//4="}])");
}

TEST(JsonTensor, NumbersThatWouldBecomeInfiniteAreRefused) {
  EXPECT_TRUE(parse("[3.4028234663852886e38,-1e-300]", DataType::fp32, {2}));
  EXPECT_TRUE(parse("[3.4028235e38,-3.4028235e38]", DataType::fp32, {2})) << "as the largest is written";
  EXPECT_FALSE(parse("[3.4028236e38]", DataType::fp32, {1}));
  EXPECT_FALSE(parse("[1e39]", DataType::fp32, {1}));
  EXPECT_TRUE(parse("[65504]", DataType::fp16, {1}));
  EXPECT_FALSE(parse("[65520]", DataType::fp16, {1}));
}

TEST(JsonTensor, StringsAreEscaped) {
  std::string out;
  append_string(out, "a \"b\" c\\d\ne\tf\x01 Grüße");
  EXPECT_EQ(out, R"("a \"b\" c\\d\ne\tf\u0001 Grüße")");
}

TEST(JsonTensor, StringsAreValidUtf8) {
  std::string out;
  append_string(out, "a\xff\xc3\xa9\xed\xa0\x80\x01");
  EXPECT_EQ(out, "\"a\xEF\xBF\xBD\xc3\xa9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\\u0001\"");
}

}  // namespace
}  // namespace slipway::protocol
