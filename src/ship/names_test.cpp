#include "ship/names.hpp"

#include <gmock/gmock.h>

#include <utility>

namespace slipway::ship {
namespace {

TEST(Label, IsMadeOfAnyName) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"shop", "shop"}, {"My Models", "my-models"}, {"7b_chat.v2", "m-7b-chat-v2"},
      {"--a--", "a"},   {"größe", "gr-e"},          {"日本", "models"},
      {"", "models"},   {"a\n\"b: c", "a-b-c"},     {"true", "true"},
      {"...", "models"}};
  for (const auto& [from, to] : cases) EXPECT_EQ(label_from(from, 50), to) << from;
}

TEST(Label, IsCutWithoutAHyphenLast) {
  EXPECT_EQ(label_from(std::string(80, 'a'), 50), std::string(50, 'a'));
  EXPECT_EQ(label_from("abc def", 4), "abc");
  for (const char* name : {"a", "7", "My Models", "-", "x."})
    EXPECT_TRUE(checked_label("--name", label_from(name, 50)));
}

TEST(Label, WhatIsNoneIsRefused) {
  for (const std::string& wrong :
       {std::string("Shop"), std::string("7up"), std::string("a."), std::string("a-"), std::string("-a"), std::string(),
        std::string("a b"), std::string("a\n"), std::string("ä"), std::string(64, 'a'), std::string(1'000'000, 'a')})
    EXPECT_FALSE(checked_label("--name", wrong)) << wrong.substr(0, 80);
  EXPECT_TRUE(checked_label("--name", std::string(63, 'a')));
}

TEST(Subdomain, HasLabelsBetweenDots) {
  for (const char* right : {"a", "models.v2", "7.a-b"}) EXPECT_TRUE(checked_subdomain("x", right)) << right;
  for (const char* wrong : {"", ".a", "a..b", "A", "a/b", "a-", "a.-b", "a\n"})
    EXPECT_FALSE(checked_subdomain("x", wrong)) << wrong;
}

TEST(Variable, IsOneOfAShell) {
  for (const char* right : {"A", "_a", "SLIPWAY_LOG_LEVEL2"}) EXPECT_TRUE(checked_variable("x", right)) << right;
  for (const char* wrong : {"", "2A", "A-B", "A B", "A\n", "Ä"}) EXPECT_FALSE(checked_variable("x", wrong)) << wrong;
}

TEST(Image, HasANameAndPerhapsAVersion) {
  const std::string digest = "@sha256:" + std::string(64, '0');
  const std::vector<std::string> versions{"shop:3", "example.org:5000/a/shop:v1.2_x", "shop" + digest,
                                          "a/b:1" + digest};
  for (const std::string& right : versions) {
    const auto image = image_reference_from(right);
    ASSERT_TRUE(image) << right;
    EXPECT_TRUE(image->has_version) << right;
    EXPECT_EQ(image->text, right);
  }
  for (const char* bare : {"shop", "shop:latest", "example.org:5000/shop"})
    EXPECT_FALSE(image_reference_from(bare)->has_version) << bare;
}

TEST(Image, WhatIsNoneIsRefused) {
  for (const std::string& wrong :
       {std::string(), std::string("Shop:1"), std::string("shop:"), std::string("shop :1"),
        std::string("shop@sha256:12"), std::string("-shop"), std::string("https://example.org/shop"),
        std::string("shop:1\nx"), std::string("shop:1\""), "shop:" + std::string(200, 'a'),
        std::string(1'000'000, 'a')})
    EXPECT_FALSE(image_reference_from(wrong)) << wrong.substr(0, 80);
}

}  // namespace
}  // namespace slipway::ship
