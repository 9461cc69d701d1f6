#include "business/csv.hpp"

#include <gmock/gmock.h>

namespace crm {
namespace {

using ::testing::ElementsAre;

Result<std::vector<CsvRow>> parse_csv(std::string_view text, std::size_t rows_max = 1000) {
  CsvReader reader(text, rows_max);
  std::vector<CsvRow> rows;
  while (true) {
    auto row = reader.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return rows;
    rows.push_back(std::move(**row));
  }
}

std::vector<std::vector<std::string>> cells(std::string_view text) {
  std::vector<std::vector<std::string>> found;
  const auto rows = parse_csv(text);
  EXPECT_TRUE(rows) << (rows ? "" : rows.error().message);
  if (rows) {
    for (const auto& row : *rows) found.push_back(row.cells);
  }
  return found;
}

TEST(Csv, ReadsWhatTheStandardSays) {
  EXPECT_THAT(cells("a,b\r\n1,\"2,3\"\r\n"), ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2,3")));
  EXPECT_THAT(cells("\"say \"\"hi\"\"\",\"two\nlines\""), ElementsAre(ElementsAre("say \"hi\"", "two\nlines")));
  EXPECT_THAT(cells("a,,\n"), ElementsAre(ElementsAre("a", "", "")));
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  EXPECT_THAT(cells("\xEF\xBB\xBF"
                    "a;b\n1,5;2\n"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("1,5", "2")));
  EXPECT_THAT(cells("a\n\n\r\nb\n"), ElementsAre(ElementsAre("a"), ElementsAre("b")));
  EXPECT_THAT(cells(""), ElementsAre());
}

TEST(Csv, KnowsTheLineARowBeginsOn) {
  const auto rows = parse_csv("a\n\"1\n2\"\n\nb\n");
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ(rows->at(1).line, 2U);
  EXPECT_EQ(rows->at(2).line, 5U);
}

TEST(Csv, SaysWhereItIsBroken) {
  EXPECT_EQ(parse_csv("a\n\"b").error().message, "line 2: a quote is opened but not closed");
  EXPECT_EQ(parse_csv("\"a\"b\n").error().message, "line 1: text after the closing quote of a cell");
  EXPECT_FALSE(parse_csv(std::string(200, ',')));
}

TEST(Csv, ReadsNoMoreRowsThanItMay) {
  EXPECT_EQ(parse_csv("a\n\nb\n", 2)->size(), 2U) << "an empty line is no row";
  EXPECT_EQ(parse_csv("a\nb\nc\n", 2).error().code, Code::too_large);
  CsvReader reader("a\nb\n\"never closed", 1);
  EXPECT_TRUE(reader.next());
  EXPECT_EQ(reader.next().error().message, "more than 1 lines") << "what comes after the limit is not read";
}

TEST(Csv, NoCellIsAFormula) {
  for (const std::string cell : {"=1+1", "+55", "-1", "@x", "\tx", "'=x", "''=x"}) {
    const auto line = csv_line({cell});
    EXPECT_THAT(line, testing::HasSubstr("'" + cell));
    EXPECT_EQ(read_cell(cells(line).at(0).at(0)), cell);
  }
  for (const std::string cell : {"'tis", "''", "'", ""}) {
    EXPECT_EQ(csv_line({cell}), cell + "\r\n");
    EXPECT_EQ(read_cell(cell), cell);
  }
}

TEST(Csv, QuotesWhereItMust) {
  EXPECT_EQ(csv_line({"a", "b,c", "d\"e", "", "f\ng"}), "a,\"b,c\",\"d\"\"e\",,\"f\ng\"\r\n");
}

}  // namespace
}  // namespace crm
