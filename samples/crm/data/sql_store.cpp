#include "data/sql_store.hpp"

#include <chrono>
#include <utility>

#include "data/migrations.hpp"
#include "data/sql_transaction.hpp"

namespace crm {
namespace {

constexpr int tries_max = 10;
constexpr std::chrono::seconds wait_max{10};

}  // namespace

SqlStore::SqlStore(std::string url) : url_(std::move(url)) {
  auto connection = open_connection(url_);
  migrate(*connection);
  free_ = connection->dialect().connections;
  idle_.push_back(std::move(connection));
}

std::unique_ptr<Connection> SqlStore::take() {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, wait_max, [&] { return free_ > 0; })) {
    throw StoreFailure("all connections to the database are busy");
  }
  --free_;
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void SqlStore::give_back(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    ++free_;
    if (connection != nullptr) idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

/// A connection within a transaction; an old one may have been closed by the server, a new one must work.
std::unique_ptr<Connection> SqlStore::begin() {
  auto connection = take();
  try {
    if (connection != nullptr) {
      try {
        connection->execute(std::string(connection->dialect().begin));
        return connection;
      } catch (const StoreFailure&) {
        connection.reset();
      }
    }
    connection = open_connection(url_);
    connection->execute(std::string(connection->dialect().begin));
    return connection;
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

bool SqlStore::try_run(const std::function<bool(Transaction&)>& work) {
  auto connection = begin();
  try {
    SqlTransaction transaction(*connection);
    const bool keep = work(transaction);
    connection->execute(keep ? "COMMIT" : "ROLLBACK");
    give_back(std::move(connection));
    return true;
  } catch (const TransactionConflict&) {
    connection->execute("ROLLBACK");
    give_back(std::move(connection));
    return false;
  } catch (...) {
    connection.reset();  // closing it rolls back, whatever state it is in
    give_back(nullptr);
    throw;
  }
}

void SqlStore::run(const std::function<bool(Transaction&)>& work) {
  for (int tries = 0; tries < tries_max; ++tries) {
    if (try_run(work)) return;
  }
  throw StoreFailure("others change the same records all the time; try again");
}

}  // namespace crm
