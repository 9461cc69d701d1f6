#include "core/tensor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace slipway::core {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

std::optional<std::int64_t> count(const Shape& shape) { return element_count(shape); }

TEST(Shape, Writes) {
  EXPECT_EQ(to_string(Shape{3, 224, -1}), "[3,224,-1]");
  EXPECT_EQ(to_string(Shape{}), "[]");
}

TEST(Shape, CountsElements) {
  EXPECT_EQ(count({}), 1);
  EXPECT_EQ(count({2, 3, 4}), 24);
  EXPECT_EQ(count({huge, 0, 2}), 0);
  EXPECT_EQ(count({huge, 2, 0}), 0);
  EXPECT_EQ(count({huge, 2}), std::nullopt);
  EXPECT_EQ(count({0, -1}), std::nullopt);
  EXPECT_EQ(count({-1, 2}), std::nullopt);
}

TEST(Shape, MatchesADescription) {
  EXPECT_TRUE(matches(Shape{3, 64}, Shape{-1, 64}));
  EXPECT_TRUE(matches(Shape{}, Shape{}));
  EXPECT_FALSE(matches(Shape{3, 7}, Shape{-1, 64}));
  EXPECT_FALSE(matches(Shape{64}, Shape{-1, 64}));
}

TEST(BytesElements, ComeBack) {
  std::vector<std::byte> packed;
  append_bytes_element(packed, "one");
  append_bytes_element(packed, "");
  append_bytes_element(packed, std::string_view("t\0o", 3));
  EXPECT_EQ(packed.size(), 3U * 4 + 6);
  const auto elements = read_bytes_elements(packed, 3);
  ASSERT_TRUE(elements);
  EXPECT_THAT(*elements, ElementsAre("one", "", std::string_view("t\0o", 3)));
}

TEST(BytesElements, RefusesWhatIsCutShort) {
  std::vector<std::byte> packed;
  append_bytes_element(packed, "one");
  append_bytes_element(packed, "two");
  const std::span<const std::byte> all(packed);
  EXPECT_THAT(read_bytes_elements(all.first(13), 2).error().message(), HasSubstr("2 left"));
  EXPECT_THAT(read_bytes_elements(all.first(9), 2).error().message(), HasSubstr("at byte 7 is cut short"));
}

TEST(BytesElements, RefusesAnotherNumber) {
  std::vector<std::byte> packed;
  append_bytes_element(packed, "one");
  EXPECT_THAT(read_bytes_elements(packed, 2).error().message(), HasSubstr("1 BYTES elements given, 2 expected"));
  EXPECT_FALSE(read_bytes_elements(packed, 0));
  EXPECT_FALSE(read_bytes_elements({}, -1));
  EXPECT_FALSE(read_bytes_elements({}, huge));
  EXPECT_TRUE(read_bytes_elements({}, 0));
}

TEST(CheckSize, ComparesBytesWithTypeAndShape) {
  const std::array<std::byte, 24> bytes{};
  EXPECT_TRUE(check_size({"x", DataType::fp32, {2, 3}, bytes}));
  EXPECT_TRUE(check_size({"x", DataType::fp32, {0, 3}, {}}));
  const auto wrong = check_size({"x", DataType::fp64, {2, 3}, bytes});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), Code::invalid_argument);
  EXPECT_EQ(wrong.error().message(), "24 bytes given, FP64 of shape [2,3] has 6 elements of 8 bytes");
  EXPECT_FALSE(check_size({"x", DataType::fp32, {-2, -3}, bytes}));
  EXPECT_FALSE(check_size({"x", DataType::fp32, {huge, huge}, bytes}));
  EXPECT_FALSE(check_size({"x", DataType::fp32, {huge}, bytes}));  // its bytes would not fit 63 bits
  EXPECT_FALSE(check_size({"x", DataType::bytes, {2}, std::span(bytes).first(4)}));
  EXPECT_TRUE(check_size({"x", DataType::bytes, {6}, bytes}));
}

}  // namespace
}  // namespace slipway::core
