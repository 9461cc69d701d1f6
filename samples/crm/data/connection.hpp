#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm {

/// Bytes that are no text: a recording.
struct Bytes {
  std::string data;
};

using Cell = std::variant<std::monostate, std::int64_t, std::string, Bytes>;
using Row = std::vector<Cell>;

/// Another transaction came between: what this one did must be done again.
struct TransactionConflict : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where the two databases say the same thing with other words.
struct Dialect {
  std::string_view begin;  ///< starts a transaction that sees no half of another
  std::string_view lock;   ///< within it: lets one program at a time migrate; empty: begin did so
  std::string_view id;     ///< the column type of a number that counts itself
  std::string_view text;   ///< text that sorts by its bytes
  std::string_view bytes;
  int connections = 1;  ///< that may be at work at one time
};

/// One connection to SQLite or PostgreSQL, used by one thread at a time. Throws StoreFailure and TransactionConflict.
///
///   connection->execute("SELECT name FROM customers WHERE id = $1", {Cell(7)});
class Connection {
 public:
  virtual ~Connection() = default;
  /// One statement; $1, $2, … are its parameters in both databases.
  virtual std::vector<Row> execute(const std::string& sql, std::span<const Cell> parameters) = 0;
  virtual const Dialect& dialect() const = 0;

  std::vector<Row> execute(const std::string& sql, std::initializer_list<Cell> parameters = {}) {
    return execute(sql, std::span(parameters.begin(), parameters.size()));
  }
};

/// `sqlite:PATH` (`sqlite::memory:` for one that is gone afterwards) or `postgresql://…` as libpq takes it.
/// Throws StoreFailure when it cannot be opened, std::invalid_argument when it is neither.
std::unique_ptr<Connection> open_connection(const std::string& url);

std::unique_ptr<Connection> open_sqlite(const std::string& path);
std::unique_ptr<Connection> open_postgresql(const std::string& url);

}  // namespace crm
