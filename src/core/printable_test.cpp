#include "core/printable.hpp"

#include <gtest/gtest.h>

namespace slipway::core {
namespace {

TEST(Printable, HasNoControlCharacters) {
  EXPECT_TRUE(is_printable("größe 1"));
  EXPECT_TRUE(is_printable(""));
  for (const std::string_view bad :
       {std::string_view("a\nb"), std::string_view("\x1b[2J"), std::string_view("\x7f"), std::string_view("a\0b", 3)})
    EXPECT_FALSE(is_printable(bad));
}

TEST(Printable, ShowsAQuestionMarkForEachOfThem) {
  EXPECT_EQ(printable("ü\nRUN \x7f"), "ü?RUN ?");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
}

TEST(Printable, IsUtf8) {
  EXPECT_TRUE(is_printable("größe"));
  EXPECT_FALSE(is_printable("bad\xff"));
  EXPECT_EQ(printable("gr\xc3\xb6\xff"), "gr???");
}

}  // namespace
}  // namespace slipway::core
