#include <sqlite3.h>

#include <memory>
#include <string>
#include <utility>

#include "business/store.hpp"
#include "data/connection.hpp"

namespace crm {
namespace {

constexpr int busy_ms = 5000;
constexpr Dialect own_dialect{.begin = "BEGIN IMMEDIATE",
                              .lock = "",
                              .id = "INTEGER PRIMARY KEY AUTOINCREMENT",
                              .text = "TEXT",
                              .bytes = "BLOB",
                              .connections = 1};

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

class Sqlite : public Connection {
 public:
  explicit Sqlite(const std::string& path) {
    sqlite3* opened = nullptr;
    const int status = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    database_.reset(opened);
    if (status != SQLITE_OK) throw StoreFailure("SQLite cannot open " + path + ": " + sqlite3_errstr(status));
    sqlite3_busy_timeout(opened, busy_ms);
    for (const char* setting : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"}) {
      run(setting, {});
    }
  }

  std::vector<Row> execute(const std::string& sql, std::span<const Cell> parameters) override {
    return run(sql, parameters);
  }

  const Dialect& dialect() const override { return own_dialect; }

 private:
  std::vector<Row> run(const std::string& sql, std::span<const Cell> parameters) {
    sqlite3_stmt* prepared = nullptr;
    check(sqlite3_prepare_v2(database_.get(), sql.c_str(), static_cast<int>(sql.size()), &prepared, nullptr), sql);
    const Statement statement(prepared);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto name = "$" + std::to_string(i + 1);
      check(bind(prepared, sqlite3_bind_parameter_index(prepared, name.c_str()), parameters[i]), sql);
    }
    std::vector<Row> rows;
    while (true) {
      const int status = sqlite3_step(prepared);
      if (status == SQLITE_DONE) return rows;
      if (status != SQLITE_ROW) check(status, sql);
      rows.push_back(row(prepared));
    }
  }

  void check(int status, const std::string& sql) {
    if (status == SQLITE_OK) return;
    throw StoreFailure(std::string("SQLite: ") + sqlite3_errmsg(database_.get()) + " in " + sql);
  }

  /// The parameters outlive the statement, so nothing is copied.
  static int bind(sqlite3_stmt* statement, int index, const Cell& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return sqlite3_bind_int64(statement, index, *number);
    if (const auto* text = std::get_if<std::string>(&cell)) {
      return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    if (const auto* bytes = std::get_if<Bytes>(&cell)) {
      return sqlite3_bind_blob64(statement, index, bytes->data.data(), bytes->data.size(), SQLITE_STATIC);
    }
    return sqlite3_bind_null(statement, index);
  }

  static Row row(sqlite3_stmt* statement) {
    Row cells;
    const int columns = sqlite3_column_count(statement);
    cells.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) cells.push_back(cell(statement, i));
    return cells;
  }

  static Cell cell(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_NULL: return {};
      case SQLITE_INTEGER: return sqlite3_column_int64(statement, column);
      case SQLITE_BLOB: {
        const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
        return Bytes{std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)))};
      }
      default: {
        const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        return std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
      }
    }
  }

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace

std::unique_ptr<Connection> open_sqlite(const std::string& path) { return std::make_unique<Sqlite>(path); }

}  // namespace crm
