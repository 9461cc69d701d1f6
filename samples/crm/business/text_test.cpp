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

TEST(Text, FindsControlCharacters) {
  EXPECT_TRUE(has_control_characters(std::string_view("a\0b", 3), true));
  EXPECT_TRUE(has_control_characters("a\nb", false));
  EXPECT_FALSE(has_control_characters("a\nb", true));
  EXPECT_FALSE(has_control_characters("ação", false));
}

}  // namespace
}  // namespace crm
