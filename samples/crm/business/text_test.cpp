#include "business/text.hpp"

#include <gmock/gmock.h>

namespace crm {
namespace {

TEST(Text, FoldsAccentsAndCase) {
  EXPECT_EQ(fold("São JOSÉ"), "sao jose");
  EXPECT_EQ(fold("Straße"), "strasse");
  EXPECT_EQ(fold("A\u0301"), "a") << "an accent that stands alone";
  EXPECT_EQ(fold("\xff"), "");
}

TEST(Text, CleansToOneForm) {
  EXPECT_EQ(clean("  e\u0301 \n"), "\u00e9");
  EXPECT_EQ(clean(" \t"), "");
  EXPECT_EQ(clean("\xC3"), std::nullopt);
}

TEST(Text, CountsCharactersNotBytes) { EXPECT_EQ(characters("ação"), 4U); }

TEST(Text, KnowsUtf8) {
  for (const auto* text : {"", "a", "ação", "€ 𝄞"}) EXPECT_TRUE(is_utf8(text)) << text;
  for (const auto* text : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(Text, ReadsWholeNumbers) {
  EXPECT_EQ(whole_number("42"), 42);
  EXPECT_EQ(whole_number("-7"), -7);
  for (const auto* text : {"", " 1", "1 ", "1.0", "x", "+1", "9223372036854775808"})
    EXPECT_FALSE(whole_number(text)) << text;
}

TEST(Text, FindsControlCharacters) {
  EXPECT_TRUE(has_control_characters(std::string_view("a\0b", 3), true));
  EXPECT_TRUE(has_control_characters("a\nb", false));
  EXPECT_FALSE(has_control_characters("a\nb", true));
  EXPECT_FALSE(has_control_characters("ação", false));
}

}  // namespace
}  // namespace crm
