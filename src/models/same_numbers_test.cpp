#include "models/same_numbers.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <span>
#include <vector>

namespace slipway::models {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

template <class T>
core::Tensor tensor(core::DataType dtype, core::Shape shape, const std::vector<T>& values) {
  return {.name = "y",
          .dtype = dtype,
          .shape = std::move(shape),
          .data = core::Buffer::copy_of(std::as_bytes(std::span(values)))};
}

core::Tensor floats(core::Shape shape, const std::vector<float>& values) {
  return tensor(core::DataType::fp32, std::move(shape), values);
}

core::Tensor texts(const std::vector<std::string_view>& values) {
  std::vector<std::byte> bytes;
  for (const auto value : values) core::append_bytes_element(bytes, value);
  return tensor(core::DataType::bytes, {static_cast<std::int64_t>(values.size())}, bytes);
}

TEST(CompareRow, TakesTheRowAskedFor) {
  const auto together = floats({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(compare_row(together, 0, floats({1, 2}, {1, 2})), Likeness::same);
  EXPECT_EQ(compare_row(together, 1, floats({1, 2}, {3, 4})), Likeness::same);
  EXPECT_EQ(compare_row(together, 1, floats({1, 2}, {1, 2})), Likeness::different);
}

TEST(CompareRow, AllowsATenThousandthOfTheLargest) {
  const auto together = floats({2, 2}, {100, 0.5F, 0, 0});
  EXPECT_EQ(compare_row(together, 0, floats({1, 2}, {100.009F, 0.505F})), Likeness::same);
  EXPECT_EQ(compare_row(together, 0, floats({1, 2}, {100.02F, 0.5F})), Likeness::different);
  // small numbers are held to their own size
  EXPECT_EQ(compare_row(floats({2}, {0.005F, 0}), 0, floats({1}, {0.00501F})), Likeness::different);
}

TEST(CompareRow, NumbersThatAreNoneMustBeAtTheSamePlace) {
  EXPECT_EQ(compare_row(floats({2, 2}, {nan, 1, 0, 0}), 0, floats({1, 2}, {nan, 1})), Likeness::same);
  EXPECT_EQ(compare_row(floats({2, 2}, {nan, 1, 0, 0}), 0, floats({1, 2}, {1, 1})), Likeness::different);
  EXPECT_EQ(compare_row(floats({2, 1}, {nan, 0}), 0, floats({1, 1}, {nan})), Likeness::no_numbers);
  EXPECT_EQ(compare_row(floats({2, 1}, {infinity, 0}), 0, floats({1, 1}, {infinity})), Likeness::same);
  EXPECT_EQ(compare_row(floats({2, 1}, {infinity, 0}), 0, floats({1, 1}, {-infinity})), Likeness::different);
}

TEST(CompareRow, HalvesMayDifferMore) {
  const auto bits = [](float value) { return core::float_to_fp16(value); };
  const auto together = tensor<std::uint16_t>(core::DataType::fp16, {2}, {bits(1), bits(2)});
  EXPECT_EQ(compare_row(together, 0, tensor<std::uint16_t>(core::DataType::fp16, {1}, {bits(1.005F)})), Likeness::same);
  EXPECT_EQ(compare_row(together, 0, tensor<std::uint16_t>(core::DataType::fp16, {1}, {bits(1.05F)})),
            Likeness::different);
}

TEST(CompareRow, IntegersAndTextsMustBeEqual) {
  const auto together = tensor<std::int64_t>(core::DataType::int64, {2}, {100000, 7});
  EXPECT_EQ(compare_row(together, 0, tensor<std::int64_t>(core::DataType::int64, {1}, {100000})), Likeness::same);
  EXPECT_EQ(compare_row(together, 0, tensor<std::int64_t>(core::DataType::int64, {1}, {100001})), Likeness::different);
  EXPECT_EQ(compare_row(texts({"cat", "bird"}), 1, texts({"bird"})), Likeness::same);
  EXPECT_EQ(compare_row(texts({"cat", "bird"}), 0, texts({"bird"})), Likeness::different);
}

TEST(CompareRow, ShapesMustBeOfTwoRowsAndOfOne) {
  EXPECT_EQ(compare_row(floats({3}, {1, 2, 3}), 0, floats({1}, {1})), Likeness::different);
  EXPECT_EQ(compare_row(floats({}, {1}), 0, floats({}, {1})), Likeness::different);
  EXPECT_EQ(compare_row(floats({2, 2}, {1, 2, 3, 4}), 0, floats({2}, {1, 2})), Likeness::different);
  EXPECT_EQ(compare_row(floats({2}, {1, 2}), 0, tensor<std::int32_t>(core::DataType::int32, {1}, {1})),
            Likeness::different);
}

TEST(Compare, WholeOutputsByTheSameMeasure) {
  EXPECT_EQ(compare(floats({2, 2}, {100, 1, 2, 3}), floats({2, 2}, {100.009F, 1, 2, 3})), Likeness::same);
  EXPECT_EQ(compare(floats({2, 2}, {100, 1, 2, 3}), floats({2, 2}, {100.02F, 1, 2, 3})), Likeness::different);
  EXPECT_EQ(compare(floats({2, 1}, {1, 2}), floats({1, 2}, {1, 2})), Likeness::different);
  EXPECT_EQ(compare(floats({1}, {nan}), floats({1}, {nan})), Likeness::no_numbers);
  EXPECT_EQ(compare(texts({"a", "b"}), texts({"a", "b"})), Likeness::same);
  EXPECT_EQ(compare(texts({"a", "b"}), texts({"a", "c"})), Likeness::different);
}

}  // namespace
}  // namespace slipway::models
