#include "business/exchange.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "business/text.hpp"

namespace crm {
namespace {

/// Whether it is CSV from its begin to its end, before any of it is done.
Result<void> read_through(std::string_view csv) {
  CsvReader reader(csv, Exchange::lines_max);
  while (true) {
    const auto row = reader.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
  }
}

/// The columns of a file by its first line: "id" or a customer's field. Errors: invalid.
Result<std::vector<std::string>> read_header(const CsvRow& row) {
  if (row.cells.empty())
    return refuse(Code::invalid, "the file is empty: a first line with the names of the columns expected");
  std::vector<std::string> header;
  for (const auto& cell : row.cells) {
    auto name = fold(clean(cell).value_or(""));
    if (name != "id" && customers().field(name) == nullptr) {
      return refuse(Code::invalid, "line 1: a customer has no column \"" + cell +
                                       "\"; id, name, company, phone, email, address expected");
    }
    if (std::ranges::find(header, name) != header.end()) {
      return refuse(Code::invalid, "line 1: the column \"" + name + "\" is there twice");
    }
    header.push_back(std::move(name));
  }
  return header;
}

std::string text_of(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  if (found == fields.end()) return {};
  const auto* text = std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string() : *text;
}

}  // namespace

Result<std::string> Exchange::export_customers(const std::string& search) {
  std::vector<std::string> header = {"id"};
  for (const auto& field : customers().fields) header.emplace_back(field.name);
  auto csv = csv_line(header);
  std::int64_t last = 0;
  while (true) {
    const auto part = records_.list_after(customers(), last, search);
    if (!part) return std::unexpected(part.error());
    if (part->empty()) return csv;
    for (const auto& record : *part) {
      std::vector<std::string> cells = {std::to_string(record.id)};
      for (const auto& field : customers().fields) cells.push_back(text_of(record.fields, field.name));
      csv += csv_line(cells);
    }
    last = part->back().id;
  }
}

Result<Imported> Exchange::import_customers(const User& by, std::string_view csv) {
  if (auto allowed = require_writer(by); !allowed) return std::unexpected(allowed.error());
  if (auto readable = read_through(csv); !readable) return std::unexpected(readable.error());
  // One transaction for all: a bad line changes nothing before it is found to be bad, so the others may be kept.
  return store_.transact([&](Transaction& transaction) -> Result<Imported> {
    CsvReader reader(csv, lines_max);
    const auto first = reader.next();
    const auto header = read_header(first->value_or(CsvRow{}));
    if (!header) return std::unexpected(header.error());
    Imported imported;
    while (const auto row = *reader.next()) {
      const auto outcome = import_row(by, transaction, *header, *row);
      if (!outcome) {
        imported.errors.push_back({row->line, outcome.error().message});
      } else {
        imported.created += *outcome == Outcome::created ? 1 : 0;
        imported.updated += *outcome == Outcome::updated ? 1 : 0;
      }
    }
    return imported;
  });
}

Result<Exchange::Outcome> Exchange::import_row(const User& by, Transaction& transaction,
                                               const std::vector<std::string>& header, const CsvRow& row) {
  if (row.cells.size() > header.size()) return refuse(Code::invalid, "more cells than columns");
  Fields given;
  std::string id;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    auto cell = read_cell(row.cells[i]);
    if (header[i] == "id") {
      id = std::move(cell);
    } else {
      given.emplace(header[i], std::move(cell));
    }
  }
  std::optional<Record> old;
  if (!id.empty()) {
    if (const auto number = whole_number(id)) old = transaction.find(customers(), *number);
    if (!old) return refuse(Code::invalid, "id: there is no customer \"" + id + "\"");
  } else if (const auto email = clean(text_of(given, "email"));
             email && !email->empty() && !has_control_characters(*email, false)) {
    old = transaction.find_by(customers(), "email", *email);
  }
  if (!old) {
    auto created = records_.create_in(transaction, by, customers(), given);
    if (!created) return std::unexpected(created.error());
    return Outcome::created;
  }
  const auto changed = records_.change_in(transaction, by, customers(), *old, given);
  if (!changed) return std::unexpected(changed.error());
  return changed->version == old->version ? Outcome::unchanged : Outcome::updated;
}

}  // namespace crm
