#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "business/result.hpp"

namespace crm {

struct CsvRow {
  std::size_t line = 0;  ///< where it begins, from 1
  std::vector<std::string> cells;
};

/// Reads RFC 4180 a row at a time, so that a long file takes no more memory than its longest row. Lines end in CRLF or
/// LF, cells in commas or (as spreadsheets of many countries write) semicolons; a byte order mark may come first.
///
///   CsvReader reader(text, 1000);
///   while (const auto row = *reader.next()) …        // where next() has no error
class CsvReader {
 public:
  CsvReader(std::string_view text, std::size_t rows_max);

  /// The next row that is not empty; nothing at the end. Errors: invalid, with the line; too_large after rows_max rows.
  Result<std::optional<CsvRow>> next();

 private:
  bool take(char wanted);
  Result<CsvRow> row();
  Result<std::string> cell();
  Result<std::string> quoted();

  std::string_view text_;
  std::size_t rows_max_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t rows_ = 0;
};

/// One line with its CRLF. A cell that a spreadsheet would take for a formula (= + - @ at its begin) gets an
/// apostrophe before it, which read_cell takes away again. So does one that looks as if it had got one.
std::string csv_line(const std::vector<std::string>& cells);
std::string read_cell(std::string_view cell);

}  // namespace crm
