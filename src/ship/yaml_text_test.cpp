#include "ship/yaml_text.hpp"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

namespace slipway::ship {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What YAML cannot tell from something else if it stands bare.
const std::vector<std::string> nasty{
    "true",     "No",       "null",    "~",       "12",         "1e3",   "0x1f", "1:30", "-",   "",
    "a: b",     "a #b",     "#a",      "{a}",     "[a",         "*a",    "&a",   "!a",   "'a'", "\"a\"",
    "a\nb",     "a\r\nb",   "\ta",     "a\x01z",  "a\x7f",      "%a",    "@a",   "`a`",  "\\",  "a\\n",
    " a",       "a ",       "a:",      "---",     "größe",      "日本",  "a,b",  "|",    ">",   "{{x}}",
    "a\u0085b", "a\u2028b", "\ufeffa", "${HOME}", "2026-01-01", "a: &b", "{}",   "a\0b"s};

TEST(Scalar, IsReadBackAsTheTextItWas) {
  for (const std::string& value : nasty) {
    YamlText text;
    text.add(2, "key: {}\nflow: [{}]\nlast: {}\n", Scalar::text(value), Scalar::text(value), Scalar::quoted(value));
    SCOPED_TRACE(text.text());
    const YAML::Node node = YAML::Load(text.text());
    EXPECT_EQ(node["key"].as<std::string>(), value);
    EXPECT_EQ(node["flow"][0].as<std::string>(), value);
    EXPECT_EQ(node["last"].as<std::string>(), value);
    EXPECT_EQ(node.size(), 3U);
  }
}

TEST(Scalar, IsQuotedOnlyWhereItMustBe) {
  EXPECT_EQ(Scalar::text("example.org:5000/shop:3").yaml(), "example.org:5000/shop:3");
  EXPECT_EQ(Scalar::text("/v2/health/live").yaml(), "/v2/health/live");
  EXPECT_EQ(Scalar::text("yes").yaml(), "\"yes\"");
  EXPECT_EQ(Scalar::text("123").yaml(), "\"123\"");
}

TEST(Scalar, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(Scalar::text("a\xff").yaml(), "\"a\ufffd\"");
  EXPECT_EQ(Scalar::text("\xc3").yaml(), "\"\ufffd\"");
  EXPECT_EQ(Scalar::text("\xed\xa0\x80").yaml(), "\"\ufffd\ufffd\ufffd\"") << "half of a pair";
}

TEST(Scalar, ACommentStaysOneLine) {
  EXPECT_EQ(Scalar::comment("a\nkind: Secret\u2028x").yaml(), "a\\u000Akind: Secret\\u2028x");
}

TEST(Scalar, AUnitIsGivenWordsThatItLeavesAsTheyAre) {
  EXPECT_EQ(Scalar::unit_word("/a/b-1.onnx", true).yaml(), "/a/b-1.onnx");
  EXPECT_EQ(Scalar::unit_word("a $b \"c\"", true).yaml(), "\"a $$b \\\"c\\\"\"");
  EXPECT_EQ(Scalar::unit_word("$b").yaml(), "$b");
  EXPECT_EQ(Scalar::unit_word("50%").yaml(), "50%%");
  EXPECT_EQ(Scalar::unit_word("a;b").yaml(), "\"a;b\"");
  EXPECT_EQ(Scalar::unit_word("").yaml(), "\"\"");
}

TEST(Scalar, ABlockKeepsEveryLine) {
  for (const std::string& value :
       {"a: 1\n"s, "a: 1\n\n  # b\n\tc\n"s, "  first is indented\nb\n"s, "\n\n  x\n"s, "---\na: |\n  b\n...\n"s}) {
    YamlText text;
    text.add(0, "data:\n  file: {}\nmore: 1\n", Scalar::block(value, 4));
    SCOPED_TRACE(text.text());
    const YAML::Node node = YAML::Load(text.text());
    EXPECT_EQ(node["data"]["file"].as<std::string>(), value);
    EXPECT_EQ(node["more"].as<int>(), 1);
  }
}

TEST(PlainText, HasNoControlsAndIsUtf8) {
  EXPECT_TRUE(is_plain_text("größe 日本"));
  for (const char* wrong : {"a\n", "\x1b[1m", "a\xff", "\xc2\x85", "\xef\xbb\xbf"}) EXPECT_FALSE(is_plain_text(wrong));
}

TEST(Index, NamesTheLinesThatWereMarked) {
  YamlText inner;
  inner.add(0, "one: 1\n");
  inner.mark("two");
  inner.add(0, "two: 2\n");
  YamlText document;
  document.add(0, "---\n");
  document.append(inner);
  const std::string text = with_index("# about\n# it\n", document);
  EXPECT_THAT(text, StartsWith("# about\n# it\n#\n# What"));
  EXPECT_THAT(text, HasSubstr("two     8\n")) << text;
  std::size_t at = 0;
  for (int line = 1; line < 8; ++line) at = text.find('\n', at) + 1;
  EXPECT_THAT(text.substr(at), StartsWith("two: 2")) << text;
}

}  // namespace
}  // namespace slipway::ship
