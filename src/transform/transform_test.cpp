#include <gtest/gtest.h>

#include <cstring>

#include "transform/bytes.hpp"
#include "transform/labels.hpp"

namespace slipway::transform {
namespace {

std::vector<std::int32_t> row_of(const config::BytesTransformSpec& spec, std::string_view file) {
  const core::TensorInfo input{.name = "bytes", .dtype = core::DataType::int32, .shape = {-1, spec.head + spec.tail}, .dim_names = {}};
  const auto tensor = bytes_to_tensor(spec, input, std::as_bytes(std::span(file)));
  EXPECT_TRUE(tensor);
  std::vector<std::int32_t> row(static_cast<std::size_t>(spec.head + spec.tail));
  std::memcpy(row.data(), tensor->data.data(), tensor->data.size());
  return row;
}

TEST(Bytes, TakesStripsAndPadsBothEnds) {
  const config::BytesTransformSpec spec{.input = "", .head = 3, .tail = 3, .block = 8, .strip = true, .pad = 256};
  EXPECT_EQ(row_of(spec, ""), (std::vector<std::int32_t>{256, 256, 256, 256, 256, 256}));
  EXPECT_EQ(row_of(spec, " a\n"), (std::vector<std::int32_t>{'a', '\n', 256, 256, ' ', 'a'}));
  EXPECT_EQ(row_of(spec, "abcdefgh"), (std::vector<std::int32_t>{'a', 'b', 'c', 'f', 'g', 'h'}));
  // white space beyond the block is not looked through
  EXPECT_EQ(row_of(spec, "         abc         "), (std::vector<std::int32_t>{256, 256, 256, 256, 256, 256}));
  EXPECT_EQ(row_of(spec, "\xff\x01"), (std::vector<std::int32_t>{255, 1, 256, 256, 255, 1}));
}

TEST(Bytes, SaysWhatDoesNotFit) {
  const config::BytesTransformSpec spec{.input = "", .head = 2, .tail = 2, .block = 8, .strip = false, .pad = 0};
  const auto sentence = [&](core::DataType dtype, core::Shape shape) {
    return bytes_to_tensor(spec, {.name = "x", .dtype = dtype, .shape = std::move(shape), .dim_names = {}}, {}).error().message();
  };
  EXPECT_EQ(sentence(core::DataType::int32, {-1, 5}), "transform bytes gives [1,4], input \"x\" takes [-1,5]");
  EXPECT_NE(sentence(core::DataType::boolean, {-1, 4}).find("takes BOOL"), std::string::npos);
}

TEST(Labels, BestFirstTiesByIndexAndSoftmax) {
  const std::vector<float> scores{1, 3, 3, 0};
  const core::TensorView view{"y", core::DataType::fp32, {1, 4}, std::as_bytes(std::span(scores))};
  config::LabelsTransformSpec spec{.output = "", .softmax = false, .top_k = 3, .labels = {"a", "b", "c", "d"}};
  const auto plain = tensor_to_labels(spec, view);
  ASSERT_TRUE(plain);
  ASSERT_EQ(plain->at(0).size(), 3U);
  EXPECT_EQ(plain->at(0)[0].label, "b");
  EXPECT_EQ(plain->at(0)[1].label, "c");
  EXPECT_EQ(plain->at(0)[2].label, "a");
  EXPECT_EQ(plain->at(0)[0].score, 3);
  spec.softmax = true;
  spec.top_k = 100;
  const auto soft = tensor_to_labels(spec, view);
  double sum = 0;
  for (const Label& label : soft->at(0)) sum += label.score;
  EXPECT_NEAR(sum, 1, 1e-9);
  spec.labels.pop_back();
  EXPECT_EQ(tensor_to_labels(spec, view).error().message(),
            "transform labels: 3 labels are named, output \"y\" has 4 classes");
}

}  // namespace
}  // namespace slipway::transform
