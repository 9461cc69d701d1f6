#include "core/dtype.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace slipway::core {
namespace {

TEST(DataType, NamesComeBack) {
  for (int number = 1; number <= 14; ++number) {
    const auto dtype = static_cast<DataType>(number);
    EXPECT_EQ(dtype_from_name(name_of(dtype)), dtype) << number;
  }
  EXPECT_EQ(name_of(DataType::boolean), "BOOL");
  EXPECT_EQ(name_of(DataType::bytes), "BYTES");
}

TEST(DataType, RefusesOtherNames) {
  for (const char* name : {"", "fp32", "FP3", "STRING", "FLOAT"}) EXPECT_FALSE(dtype_from_name(name)) << name;
}

TEST(DataType, KnowsSizes) {
  EXPECT_EQ(element_size(DataType::boolean), 1U);
  EXPECT_EQ(element_size(DataType::bf16), 2U);
  EXPECT_EQ(element_size(DataType::fp32), 4U);
  EXPECT_EQ(element_size(DataType::int64), 8U);
  EXPECT_EQ(element_size(DataType::bytes), 0U);
}

TEST(Half, EveryFp16ComesBack) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = fp16_to_float(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(fp16_to_float(float_to_fp16(value))));
    } else {
      ASSERT_EQ(float_to_fp16(value), half);
    }
  }
}

TEST(Half, Fp16RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(float_to_fp16(1.0F), 0x3C00);
  EXPECT_EQ(float_to_fp16(1.0F + 1.0F / 2048), 0x3C00);
  EXPECT_EQ(float_to_fp16(1.0F + 3.0F / 2048), 0x3C02);
  EXPECT_EQ(float_to_fp16(65504.0F), 0x7BFF);
  EXPECT_EQ(float_to_fp16(65520.0F), 0x7C00);  // infinity
  EXPECT_EQ(float_to_fp16(-0.0F), 0x8000);
  EXPECT_EQ(float_to_fp16(0x1p-24F), 0x0001);
}

TEST(Half, EveryBf16ComesBack) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = bf16_to_float(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(bf16_to_float(float_to_bf16(value))));
    } else {
      ASSERT_EQ(float_to_bf16(value), half);
    }
  }
}

TEST(Half, Bf16RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(float_to_bf16(std::bit_cast<float>(0x3F808000U)), 0x3F80);
  EXPECT_EQ(float_to_bf16(std::bit_cast<float>(0x3F818000U)), 0x3F82);
  EXPECT_EQ(float_to_bf16(std::bit_cast<float>(0x3F808001U)), 0x3F81);
  EXPECT_EQ(float_to_bf16(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_TRUE(std::isnan(bf16_to_float(float_to_bf16(std::bit_cast<float>(0x7F800001U)))));
}

}  // namespace
}  // namespace slipway::core
