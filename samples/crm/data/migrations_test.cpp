#include "data/migrations.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "data/test_store.hpp"

namespace crm {
namespace {

std::int64_t count(Connection& connection, const std::string& table) {
  return std::get<std::int64_t>(connection.execute("SELECT COUNT(*) FROM " + table).at(0).at(0));
}

TEST(Migrations, KeepWhatAnOlderProgramSaved) {
  const auto connection = open_connection(empty_database());
  migrate_to(*connection, 1);
  connection->execute("INSERT INTO users (login, name, role, password_hash) VALUES ($1, $2, $3, $4)",
                      {std::string("ana"), std::string("Ana"), std::string("admin"), std::string("x")});
  EXPECT_THROW(count(*connection, "notes"), StoreFailure) << "step 1 had no notes";
  migrate(*connection);
  EXPECT_EQ(count(*connection, "users"), 1);
  EXPECT_EQ(count(*connection, "notes"), 0);
}

TEST(Migrations, AreDoneOnce) {
  const auto connection = open_connection(empty_database());
  migrate(*connection);
  migrate(*connection);
  EXPECT_EQ(count(*connection, "schema_steps"), static_cast<std::int64_t>(newest_schema()));
}

TEST(Migrations, RefuseTheDatabaseOfANewerProgram) {
  const auto connection = open_connection(empty_database());
  migrate(*connection);
  connection->execute("INSERT INTO schema_steps (step) VALUES ($1)", {std::int64_t{99}});
  EXPECT_THROW(migrate(*connection), StoreFailure);
}

TEST(Sqlite, KeepsItsFileBetweenPrograms) {
  const auto path = std::filesystem::temp_directory_path() / ("crm_test_" + std::to_string(getpid()) + ".db");
  {
    SqlStore store("sqlite:" + path.string());
    store.run([](Transaction& transaction) {
      transaction.insert_user({.user = "ana", .name = "Ana", .role = "sales", .password_hash = "x"});
      return true;
    });
  }
  SqlStore store("sqlite:" + path.string());
  store.run([](Transaction& transaction) {
    EXPECT_EQ(transaction.users().size(), 1U);
    return true;
  });
  for (const auto* ending : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + ending);
}

}  // namespace
}  // namespace crm
