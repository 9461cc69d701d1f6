#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "business/text.hpp"
#include "data/sql_transaction.hpp"

namespace crm {
namespace {

constexpr std::size_t columns_before = 4;  ///< id, version, created_at, updated_at

/// Whether lists are sorted by a folded copy of the field, in the column NAME_key.
bool has_key(const Field& field) {
  return field.type == FieldType::line || field.type == FieldType::lines || field.type == FieldType::email;
}

std::string columns(const Kind& kind) {
  std::string text = "id, version, created_at, updated_at";
  for (const auto& field : kind.fields) text += fmt::format(", {}", field.name);
  return text;
}

Cell to_cell(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* truth = std::get_if<bool>(&value)) return std::int64_t{*truth ? 1 : 0};
  return {};
}

Value to_value(const Field& field, const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    return field.type == FieldType::boolean ? Value(*number != 0) : Value(*number);
  }
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return {};
}

Record to_record(const Kind& kind, const Row& row) {
  Record record{.id = std::get<std::int64_t>(row.at(0)),
                .version = std::get<std::int64_t>(row.at(1)),
                .created_at = std::get<std::string>(row.at(2)),
                .updated_at = std::get<std::string>(row.at(3)),
                .fields = {}};
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    record.fields.emplace(kind.fields[i].name, to_value(kind.fields[i], row.at(columns_before + i)));
  }
  return record;
}

std::vector<Record> to_records(const Kind& kind, const std::vector<Row>& rows) {
  std::vector<Record> records;
  records.reserve(rows.size());
  for (const auto& row : rows) records.push_back(to_record(kind, row));
  return records;
}

/// What is written for the fields: columns and their values.
struct Written {
  std::vector<std::string> names;
  std::vector<Cell> values;
};

Written written(const Kind& kind, const Record& record) {
  Written result;
  std::string search;
  for (const auto& field : kind.fields) {
    const auto& value = record.fields.at(std::string(field.name));
    result.names.emplace_back(field.name);
    result.values.push_back(to_cell(value));
    const auto* text = std::get_if<std::string>(&value);
    if (!has_key(field) || text == nullptr) continue;
    auto key = fold(*text);
    search += key + "\n";
    result.names.push_back(fmt::format("{}_key", field.name));
    result.values.emplace_back(std::move(key));
  }
  result.names.emplace_back("search");
  result.values.emplace_back(std::move(search));
  return result;
}

std::string like_pattern(const std::string& word) {
  std::string pattern = "%";
  for (const char c : word) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

/// A condition of statements and its parameters, $1, $2, ….
struct Where {
  std::string text = "deletion IS NULL";
  std::vector<Cell> parameters;

  /// The place of a parameter, as "$3".
  std::string place(Cell cell) {
    parameters.push_back(std::move(cell));
    return fmt::format("${}", parameters.size());
  }
};

Where with_words(const std::vector<std::string>& words) {
  Where where;
  for (const auto& word : words) where.text += " AND search LIKE " + where.place(like_pattern(word)) + " ESCAPE '\\'";
  return where;
}

std::string order(const Kind& kind, const Query& query) {
  std::string column = "id";
  bool may_be_empty = false;
  for (const std::string_view fixed : {"created_at", "updated_at"}) {
    if (query.sort == fixed) column = fixed;
  }
  if (const auto* field = kind.field(query.sort)) {
    column = has_key(*field) ? fmt::format("{}_key", field->name) : std::string(field->name);
    may_be_empty = !field->required && std::holds_alternative<std::monostate>(field->standard);
  }
  const std::string_view direction = query.descending ? "DESC" : "ASC";
  // What is empty comes last. Said only of columns that may be empty: an index gives the others in order as they are.
  return fmt::format("{} {}{}, id {}", column, direction, may_be_empty ? " NULLS LAST" : "", direction);
}

}  // namespace

std::optional<Record> SqlTransaction::find(const Kind& kind, std::int64_t id) {
  const auto rows = connection_.execute(
      fmt::format("SELECT {} FROM {} WHERE id = $1 AND deletion IS NULL", columns(kind), kind.name), {id});
  if (rows.empty()) return std::nullopt;
  return to_record(kind, rows[0]);
}

std::optional<Record> SqlTransaction::find_by(const Kind& kind, std::string_view field, const Value& value) {
  const auto* known = kind.field(field);
  if (known == nullptr) return std::nullopt;
  const auto rows =
      connection_.execute(fmt::format("SELECT {} FROM {} WHERE {} = $1 AND deletion IS NULL ORDER BY id LIMIT 1",
                                      columns(kind), kind.name, known->name),
                          {to_cell(value)});
  if (rows.empty()) return std::nullopt;
  return to_record(kind, rows[0]);
}

Listed SqlTransaction::list(const Kind& kind, const Query& query) {
  auto where = with_words(query.words);
  for (const auto& [name, value] : query.equal) {
    const auto* field = kind.field(name);
    if (field == nullptr) continue;
    where.text += fmt::format(" AND {} = {}", field->name, where.place(to_cell(value)));
  }
  Listed listed;
  const auto count =
      connection_.execute(fmt::format("SELECT COUNT(*) FROM {} WHERE {}", kind.name, where.text), where.parameters);
  listed.total = std::get<std::int64_t>(count.at(0).at(0));
  const auto limit = where.place(query.limit);
  const auto offset = where.place(query.offset);
  listed.items = to_records(
      kind, connection_.execute(fmt::format("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {} OFFSET {}", columns(kind),
                                            kind.name, where.text, order(kind, query), limit, offset),
                                where.parameters));
  return listed;
}

std::vector<Record> SqlTransaction::list_after(const Kind& kind, std::int64_t id, const std::vector<std::string>& words,
                                               std::int64_t limit) {
  auto where = with_words(words);
  const auto after = where.place(id);
  const auto last = where.place(limit);
  return to_records(kind, connection_.execute(fmt::format("SELECT {} FROM {} WHERE {} AND id > {} ORDER BY id LIMIT {}",
                                                          columns(kind), kind.name, where.text, after, last),
                                              where.parameters));
}

std::int64_t SqlTransaction::insert(const Kind& kind, const Record& record) {
  auto [names, values] = written(kind, record);
  names.insert(names.end(), {"version", "created_at", "updated_at"});
  values.insert(values.end(), {Cell(record.version), Cell(record.created_at), Cell(record.updated_at)});
  std::string columns_text;
  std::string places;
  for (std::size_t i = 0; i < names.size(); ++i) {
    fmt::format_to(std::back_inserter(columns_text), "{}{}", i == 0 ? "" : ", ", names[i]);
    fmt::format_to(std::back_inserter(places), "{}${}", i == 0 ? "" : ", ", i + 1);
  }
  const auto rows = connection_.execute(
      fmt::format("INSERT INTO {} ({}) VALUES ({}) RETURNING id", kind.name, columns_text, places), values);
  return std::get<std::int64_t>(rows.at(0).at(0));
}

bool SqlTransaction::update(const Kind& kind, const Record& record) {
  auto [names, values] = written(kind, record);
  names.emplace_back("updated_at");
  values.emplace_back(record.updated_at);
  std::string assignments = "version = version + 1";
  for (std::size_t i = 0; i < names.size(); ++i) {
    fmt::format_to(std::back_inserter(assignments), ", {} = ${}", names[i], i + 1);
  }
  const auto places = values.size();
  values.emplace_back(record.id);
  values.emplace_back(record.version);
  const auto rows = connection_.execute(
      fmt::format("UPDATE {} SET {} WHERE id = ${} AND version = ${} AND deletion IS NULL RETURNING id", kind.name,
                  assignments, places + 1, places + 2),
      values);
  return !rows.empty();
}

void SqlTransaction::remove(const Kind& kind, std::int64_t id, const std::string& token, const std::string& at) {
  connection_.execute("INSERT INTO deletions (token, kind, record_id, deleted_at) VALUES ($1, $2, $3, $4)",
                      {token, std::string(kind.name), id, at});
  connection_.execute(fmt::format("UPDATE {} SET deletion = $1 WHERE id = $2 AND deletion IS NULL", kind.name),
                      {token, id});
  if (&kind != &customers()) return;
  for (const auto& other : kinds()) {
    if (other.field("customer_id") == nullptr) continue;
    connection_.execute(
        fmt::format("UPDATE {} SET deletion = $1 WHERE customer_id = $2 AND deletion IS NULL", other.name),
        {token, id});
  }
}

std::optional<Deletion> SqlTransaction::deletion(const std::string& token) {
  const auto rows = connection_.execute("SELECT kind, record_id, deleted_at FROM deletions WHERE token = $1", {token});
  if (rows.empty()) return std::nullopt;
  return Deletion{.kind = std::get<std::string>(rows[0].at(0)),
                  .id = std::get<std::int64_t>(rows[0].at(1)),
                  .at = std::get<std::string>(rows[0].at(2))};
}

void SqlTransaction::restore(const std::string& token) {
  for (const auto& kind : kinds()) {
    connection_.execute(fmt::format("UPDATE {} SET deletion = NULL WHERE deletion = $1", kind.name), {token});
  }
  connection_.execute("DELETE FROM deletions WHERE token = $1", {token});
}

void SqlTransaction::purge(const std::string& deleted_before) {
  const std::string old = "deletion IN (SELECT token FROM deletions WHERE deleted_at < $1)";
  connection_.execute("DELETE FROM recordings WHERE note_id IN (SELECT id FROM notes WHERE " + old + ")",
                      {deleted_before});
  for (std::size_t i = kinds().size(); i-- > 0;) {  // customers, to which the others refer, last
    connection_.execute(fmt::format("DELETE FROM {} WHERE {}", kinds()[i].name, old), {deleted_before});
  }
  connection_.execute("DELETE FROM deletions WHERE deleted_at < $1", {deleted_before});
}

void SqlTransaction::put_recording(std::int64_t note, std::string_view bytes) {
  connection_.execute(
      "INSERT INTO recordings (note_id, wav) VALUES ($1, $2) ON CONFLICT (note_id) DO UPDATE SET wav = EXCLUDED.wav",
      {note, Bytes{std::string(bytes)}});
  connection_.execute("UPDATE notes SET has_recording = 1 WHERE id = $1", {note});
}

std::optional<std::string> SqlTransaction::recording(std::int64_t note) {
  auto rows = connection_.execute("SELECT wav FROM recordings WHERE note_id = $1", {note});
  if (rows.empty()) return std::nullopt;
  return std::move(std::get<Bytes>(rows[0].at(0)).data);
}

}  // namespace crm
