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

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), separator_(separator_of(text)) {}

  Result<std::vector<CsvRow>> parse() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      CsvRow row{.line = line_, .cells = {}};
      do {
        if (row.cells.size() == cells_max) return broken(line_, "more than 100 cells");
        auto cell = next_cell();
        if (!cell) return std::unexpected(cell.error());
        row.cells.push_back(std::move(*cell));
      } while (take(separator_));
      take('\r');
      if (!take('\n') && at_ < text_.size()) return broken(line_, "text after the closing quote of a cell");
      ++line_;
      if (row.cells.size() > 1 || !row.cells[0].empty()) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool take(char wanted) {
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  Result<std::string> next_cell() {
    if (take('"')) return quoted();
    const auto end = std::min(text_.find_first_of(std::string("\r\n") + separator_, at_), text_.size());
    std::string cell(text_.substr(at_, end - at_));
    at_ = end;
    return cell;
  }

  Result<std::string> quoted() {
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

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> parse_csv(std::string_view text) {
  if (constexpr std::string_view mark = "\xEF\xBB\xBF"; text.starts_with(mark)) text.remove_prefix(mark.size());
  return Parser(text).parse();
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& cell : cells) {
    if (&cell != cells.data()) line += ',';
    std::string safe = cell;
    if (!cell.empty() && formula_begins.find(cell.front()) != std::string_view::npos) safe.insert(0, 1, '\'');
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
  const bool guarded = cell.size() > 1 && cell[0] == '\'' && formula_begins.find(cell[1]) != std::string_view::npos;
  return std::string(cell.substr(guarded ? 1 : 0));
}

}  // namespace crm
