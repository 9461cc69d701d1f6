#include "business/exchange.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <ranges>
#include <utility>

#include "business/csv.hpp"
#include "business/text.hpp"

namespace crm {
namespace {

/// The columns of a file by its first line: "id" or a customer's field. Errors: invalid.
Result<std::vector<std::string>> read_header(const std::vector<CsvRow>& rows) {
  if (rows.empty())
    return refuse(Code::invalid, "the file is empty: a first line with the names of the columns expected");
  std::vector<std::string> header;
  for (const auto& cell : rows[0].cells) {
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

Result<std::string> Exchange::export_customers(const ListRequest& chosen) {
  std::vector<std::string> header = {"id"};
  for (const auto& field : customers().fields) header.emplace_back(field.name);
  auto csv = csv_line(header);
  auto request = chosen;
  request.size = Records::page_max;
  for (request.page = 1;; ++request.page) {
    const auto page = records_.list(customers(), request);
    if (!page) return std::unexpected(page.error());
    for (const auto& record : page->items) {
      std::vector<std::string> cells = {std::to_string(record.id)};
      for (const auto& field : customers().fields) cells.push_back(text_of(record.fields, field.name));
      csv += csv_line(cells);
    }
    if (request.page * request.size >= page->total) return csv;
  }
}

Result<Imported> Exchange::import_customers(const User& by, std::string_view csv) {
  if (auto allowed = require_writer(by); !allowed) return std::unexpected(allowed.error());
  const auto rows = parse_csv(csv);
  if (!rows) return std::unexpected(rows.error());
  if (rows->size() > lines_max) return refuse(Code::too_large, "more than 100000 lines");
  const auto header = read_header(*rows);
  if (!header) return std::unexpected(header.error());
  Imported imported;
  // One transaction for all: a bad line changes nothing before it is found to be bad, so the others may be kept.
  store_.run([&](Transaction& transaction) {
    imported = {};
    for (const auto& row : *rows | std::views::drop(1)) {
      if (row.cells.size() > header->size()) {
        imported.errors.push_back({row.line, "more cells than columns"});
        continue;
      }
      Fields given;
      std::string id;
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        auto cell = read_cell(row.cells[i]);
        if ((*header)[i] == "id") {
          id = std::move(cell);
        } else {
          given.emplace((*header)[i], std::move(cell));
        }
      }
      const auto outcome = import_line(by, transaction, given, id);
      if (!outcome) {
        imported.errors.push_back({row.line, outcome.error().message});
      } else {
        imported.created += *outcome == Outcome::created ? 1 : 0;
        imported.updated += *outcome == Outcome::updated ? 1 : 0;
      }
    }
    return true;
  });
  return imported;
}

Result<Exchange::Outcome> Exchange::import_line(const User& by, Transaction& transaction, const Fields& given,
                                                const std::string& id) {
  std::optional<Record> old;
  if (!id.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error == std::errc() && end == id.data() + id.size()) old = transaction.find(customers(), number);
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
