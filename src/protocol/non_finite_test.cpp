#include "protocol/non_finite.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slipway::protocol {
namespace {

TEST(NonFinite, WordsAreReadAndWritten) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isnan(non_finite("NaN \n").value_or(0)));
  for (const char* word : {"Infinity", "Inf"}) EXPECT_EQ(non_finite(word), infinity);
  for (const char* word : {"-Infinity", "-Inf"}) EXPECT_EQ(non_finite(word), -infinity);
  for (const char* word : {"", "nan", "NaNs", "-NaN", "Infinit", "+Inf", "-", "1"})
    EXPECT_FALSE(non_finite(word)) << word;
  for (const double number : {infinity, -infinity}) EXPECT_EQ(non_finite(word_of(number)), number);
  EXPECT_EQ(word_of(std::nan("")), "NaN");
}

TEST(NonFinite, ZerosStandInPlaceOfThemOutsideStrings) {
  EXPECT_EQ(without_non_finite(R"([NaN,-Infinity,Inf])"), R"([0  ,-0       ,0  ])");
  EXPECT_EQ(without_non_finite(R"({"NaN":"\"Inf","b":Inf})"), R"({"NaN":"\"Inf","b":0  })");
  EXPECT_EQ(without_non_finite("[1]"), "[1]");
}

}  // namespace
}  // namespace slipway::protocol
