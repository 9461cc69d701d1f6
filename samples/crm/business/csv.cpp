#include "business/csv.hpp"

#include <algorithm>
#include <utility>

namespace crm {
namespace {

constexpr std::size_t cells_max = 100;
constexpr std::string_view formula_begins = "=+-@\t\r";

/// Commas, unless the first line has semicolons and no comma.
char separator_of(std::string_view text) {
  const auto first = text.substr(0, text.find('\n'));
  return first.find(';') != std::string_view::npos && first.find(',') == std::string_view::npos ? ';' : ',';
}

std::unexpected<Error> broken(std::size_t line, const std::string& what) {
  return refuse(Code::invalid, "line " + std::to_string(line) + ": " + what);
}

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

/// Whether an apostrophe belongs before it: a formula, or what would be one without the apostrophes it has.
bool is_guarded(std::string_view cell) {
  const auto begin = cell.find_first_not_of('\'');
  return begin != std::string_view::npos && formula_begins.find(cell[begin]) != std::string_view::npos;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::size_t rows_max)
    : text_(without_mark(text)), rows_max_(rows_max), separator_(separator_of(text_)) {}

Result<std::optional<CsvRow>> CsvReader::next() {
  while (at_ < text_.size()) {
    auto read = row();
    if (!read) return std::unexpected(read.error());
    if (read->cells.size() == 1 && read->cells[0].empty()) continue;
    if (++rows_ > rows_max_) return refuse(Code::too_large, "more than " + std::to_string(rows_max_) + " lines");
    return std::optional(std::move(*read));
  }
  return std::nullopt;
}

bool CsvReader::take(char wanted) {
  if (at_ == text_.size() || text_[at_] != wanted) return false;
  ++at_;
  return true;
}

Result<CsvRow> CsvReader::row() {
  CsvRow row{.line = line_, .cells = {}};
  do {
    if (row.cells.size() == cells_max) return broken(line_, "more than 100 cells");
    auto read = cell();
    if (!read) return std::unexpected(read.error());
    row.cells.push_back(std::move(*read));
  } while (take(separator_));
  take('\r');
  if (!take('\n') && at_ < text_.size()) return broken(line_, "text after the closing quote of a cell");
  ++line_;
  return row;
}

Result<std::string> CsvReader::cell() {
  if (take('"')) return quoted();
  const auto end = std::min(text_.find_first_of(std::string("\r\n") + separator_, at_), text_.size());
  std::string cell(text_.substr(at_, end - at_));
  at_ = end;
  return cell;
}

Result<std::string> CsvReader::quoted() {
  const auto begin_line = line_;
  std::string cell;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '"' && !take('"')) return cell;
    if (c == '\n') ++line_;
    cell += c;
  }
  return broken(begin_line, "a quote is opened but not closed");
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& cell : cells) {
    if (&cell != cells.data()) line += ',';
    std::string safe = cell;
    if (is_guarded(cell)) safe.insert(0, 1, '\'');
    if (safe.find_first_of("\",;\r\n") == std::string::npos) {
      line += safe;
      continue;
    }
    line += '"';
    for (const char c : safe) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }
  return line + "\r\n";
}

std::string read_cell(std::string_view cell) {
  const bool guarded = cell.starts_with('\'') && is_guarded(cell);
  return std::string(cell.substr(guarded ? 1 : 0));
}

}  // namespace crm
