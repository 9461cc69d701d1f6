#include "core/printable.hpp"

#include <gtest/gtest.h>

namespace slipway::core {
namespace {

TEST(Printable, HasNoControlCharacters) {
  EXPECT_TRUE(is_printable("größe 1"));
  EXPECT_TRUE(is_printable(""));
  for (const std::string_view bad :
       {std::string_view("a\nb"), std::string_view("\x1b[2J"), std::string_view("\x7f"), std::string_view("a\0b", 3),
        std::string_view("\xc2\x9b"
                         "31m")})
    EXPECT_FALSE(is_printable(bad));
}

TEST(Printable, ShowsAQuestionMarkForEachOfThem) {
  EXPECT_EQ(printable("ü\nRUN \x7f"), "ü?RUN ?");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31m\xc2\x85\xc2\xa0"),
            "a?31m?\xc2\xa0");
}

TEST(Printable, ABeginningHasWholeLetters) {
  EXPECT_EQ(beginning("größe", 5), "grö");
  EXPECT_EQ(beginning("größe", 7), "größe");
  EXPECT_EQ(beginning("\xf0\x9f\x98\x80", 3), "");
}

TEST(Printable, TellsNoMoreThanTheBeginningOfALongSentence) {
  EXPECT_EQ(told(std::string(3000, 'x')), std::string(2048, 'x') + " …");
  EXPECT_EQ(told("x" + std::string(2047, 'y')), "x" + std::string(2047, 'y'));
}

TEST(Printable, IsUtf8) {
  EXPECT_TRUE(is_printable("größe"));
  EXPECT_FALSE(is_printable("bad\xff"));
  EXPECT_EQ(printable("gr\xc3\xb6\xff"), "gr???");
}

}  // namespace
}  // namespace slipway::core
