#include "business/fill.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "business/kinds.hpp"

namespace crm {
namespace {

// A Sunday.
const Instant today_is = std::chrono::sys_days(std::chrono::year(2027) / 1 / 31);

std::string told(const Filled& filled) {
  std::string text;
  for (const auto& [name, value] : filled.fields) {
    text += name + "=";
    if (const auto* number = std::get_if<std::int64_t>(&value)) text += std::to_string(*number);
    if (const auto* string = std::get_if<std::string>(&value)) text += *string;
    text += " | ";
  }
  return text + "rest=" + filled.rest;
}

struct Case {
  int line = 0;
  std::string language;
  std::string record;
  std::string said;
  std::string expected;  ///< as told() writes it; "rest=" may be left out
};

/// Reads fill_cases.txt: a line of language and kind, the dictation, the fields; blank lines and # between.
std::vector<Case> read_cases() {
  std::ifstream file(CRM_FILL_CASES);
  std::vector<Case> cases;
  std::string line;
  std::string language;
  std::string record;
  std::string said;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.starts_with("> ")) {
      said = line.substr(2);
    } else if (line.starts_with("= ")) {
      cases.push_back({number, language, record, said, line.substr(2)});
    } else if (line.starts_with("[")) {
      std::istringstream head(line.substr(1, line.size() - 2));
      head >> language >> record;
    }
  }
  return cases;
}

class FillCases : public testing::TestWithParam<Case> {};

TEST_P(FillCases, AreUnderstood) {
  const auto& one = GetParam();
  const auto filled = fill(one.said, one.language, one.record, today_is);
  ASSERT_TRUE(filled);
  auto expected = one.expected;
  if (expected.find("rest=") == std::string::npos) expected += " | rest=";
  EXPECT_EQ(told(*filled), expected) << "fill_cases.txt, line " << one.line << ": " << one.said;
}

INSTANTIATE_TEST_SUITE_P(Table, FillCases, testing::ValuesIn(read_cases()),
                         [](const auto& one) { return "line_" + std::to_string(one.param.line); });

TEST(Fill, TheTableIsThere) { EXPECT_GE(read_cases().size(), 40U); }

TEST(Fill, KnowsItsLanguagesAndKinds) {
  EXPECT_EQ(fill("name Ana", "fr", "customers", today_is).error().field, "language");
  EXPECT_EQ(fill("name Ana", "en", "invoices", today_is).error().field, "record");
}

TEST(Fill, TakesAnyText) {
  for (const auto* text : {"", " ", "...", "name", "name,", "phone", "email at dot", "\xff\xfe", "note",
                           "value million", "- - -", "name . . phone"}) {
    for (const auto* language : {"en", "pt"}) {
      for (const auto& kind : kinds()) EXPECT_TRUE(fill(text, language, kind.name, today_is)) << text;
    }
  }
}

}  // namespace
}  // namespace crm
