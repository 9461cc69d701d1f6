#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "business/result.hpp"

namespace crm {

struct CsvRow {
  std::size_t line = 0;  ///< where it begins, from 1
  std::vector<std::string> cells;
};

/// RFC 4180, with lines that end in CRLF or LF, commas or (as spreadsheets of many countries write) semicolons, and a
/// byte order mark. Empty lines are left out. Errors: invalid, with the line.
Result<std::vector<CsvRow>> parse_csv(std::string_view text);

/// One line with its CRLF. A cell that a spreadsheet would take for a formula (= + - @ at its begin) gets an
/// apostrophe before it, which read_cell takes away again.
std::string csv_line(const std::vector<std::string>& cells);
std::string read_cell(std::string_view cell);

}  // namespace crm
