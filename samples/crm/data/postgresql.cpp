#include <libpq-fe.h>

#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "business/store.hpp"
#include "data/connection.hpp"

namespace crm {
namespace {

constexpr Dialect own_dialect{.begin = "BEGIN ISOLATION LEVEL SERIALIZABLE",
                              .lock = "SELECT pg_advisory_xact_lock(4711)",
                              .id = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                              .text = "TEXT COLLATE \"C\"",
                              .bytes = "BYTEA",
                              .connections = 4};

// The types of columns by PostgreSQL's own numbers (pg_type.dat); everything else is taken as text.
constexpr Oid oid_bytea = 17;
constexpr Oid oid_int8 = 20;
constexpr Oid oid_int2 = 21;
constexpr Oid oid_int4 = 23;

struct Free {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
  void operator()(unsigned char* bytes) const { PQfreemem(bytes); }
};

/// The parameters in the shape of PQexecParams. Numbers go as text whose type the server infers; bytes go as they are.
struct Parameters {
  explicit Parameters(std::span<const Cell> cells) {
    texts.reserve(cells.size());  // values point into it
    values.reserve(cells.size());
    lengths.reserve(cells.size());
    formats.reserve(cells.size());
    for (const auto& cell : cells) add(cell);
  }

  void add(const Cell& cell) {
    const char* value = nullptr;
    std::size_t length = 0;
    if (const auto* number = std::get_if<std::int64_t>(&cell)) {
      value = texts.emplace_back(std::to_string(*number)).c_str();
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      // Text ends at its first NUL in PostgreSQL, so that "admin" would be found where "admin\0x" was asked for.
      if (text->find('\0') != std::string::npos) throw StoreFailure("PostgreSQL: text with a NUL in it cannot be kept");
      value = text->c_str();
    } else if (const auto* bytes = std::get_if<Bytes>(&cell)) {
      value = bytes->data.data();
      length = bytes->data.size();
    }
    values.push_back(value);
    lengths.push_back(static_cast<int>(length));
    formats.push_back(std::holds_alternative<Bytes>(cell) ? 1 : 0);
  }

  std::vector<std::string> texts;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

Cell to_cell(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return {};
  const std::string_view text(PQgetvalue(result, row, column),
                              static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case oid_int2:
    case oid_int4:
    case oid_int8: {
      std::int64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    case oid_bytea: {
      std::size_t size = 0;
      const std::unique_ptr<unsigned char, Free> bytes(
          PQunescapeBytea(reinterpret_cast<const unsigned char*>(text.data()), &size));
      if (bytes == nullptr) throw StoreFailure("PostgreSQL: no memory for the bytes of an answer");
      return Bytes{std::string(reinterpret_cast<const char*>(bytes.get()), size)};
    }
    default: return std::string(text);
  }
}

class Postgresql : public Connection {
 public:
  explicit Postgresql(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) fail("cannot connect");
    // Notices such as "there is no transaction in progress" are of no use to anybody here.
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
  }

  std::vector<Row> execute(const std::string& sql, std::span<const Cell> cells) override {
    const Parameters parameters(cells);
    const std::unique_ptr<PGresult, Free> result(
        PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(cells.size()), nullptr, parameters.values.data(),
                     parameters.lengths.data(), parameters.formats.data(), 0));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      const std::string_view code = state == nullptr ? "" : state;
      // Not serializable, deadlock, and the same key at the same time, which the next try sees and refuses.
      if (code == "40001" || code == "40P01" || code == "23505")
        throw TransactionConflict("PostgreSQL: another transaction came between");
      fail(sql);
    }
    std::vector<Row> rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const int columns = PQnfields(result.get());
      rows[i].reserve(static_cast<std::size_t>(columns));
      for (int column = 0; column < columns; ++column) {
        rows[i].push_back(to_cell(result.get(), static_cast<int>(i), column));
      }
    }
    return rows;
  }

  const Dialect& dialect() const override { return own_dialect; }

 private:
  [[noreturn]] void fail(const std::string& what) {
    throw StoreFailure("PostgreSQL: " + what + ": " + PQerrorMessage(connection_.get()));
  }

  std::unique_ptr<PGconn, Free> connection_;
};

}  // namespace

std::unique_ptr<Connection> open_postgresql(const std::string& url) { return std::make_unique<Postgresql>(url); }

}  // namespace crm
