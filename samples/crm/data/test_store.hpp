#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "business/accounts.hpp"
#include "data/connection.hpp"
#include "data/sql_store.hpp"

namespace crm {

/// The address of a database that nothing is in yet: SQLite's in memory, or a new schema of the PostgreSQL that
/// CRM_TEST_DATABASE names (as postgresql:///postgres?host=/tmp/x).
inline std::string empty_database() {
  const char* server = std::getenv("CRM_TEST_DATABASE");
  if (server == nullptr) return "sqlite::memory:";
  static int made = 0;
  const auto schema = "crm_" + std::to_string(getpid()) + "_" + std::to_string(++made);
  open_connection(server)->execute("CREATE SCHEMA " + schema);
  return std::string(server) + "&options=-csearch_path%3D" + schema;
}

/// Time that stands still until the test moves it.
struct TestClock {
  Instant now = std::chrono::sys_days(std::chrono::year(2027) / 1 / 31);
  Clock clock() {
    return [this] { return now; };
  }
};

inline const User sales_ana{.id = 1, .user = "ana", .name = "Ana", .role = "sales"};
inline const User sales_rui{.id = 2, .user = "rui", .name = "Rui", .role = "sales"};
inline const User reader_eva{.id = 3, .user = "eva", .name = "Eva", .role = "reader"};

}  // namespace crm
