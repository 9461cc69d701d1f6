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

SqlStore::SqlStore(const std::string& url) : SqlStore([url] { return open_connection(url); }) {}

SqlStore::SqlStore(Open open) : open_(std::move(open)) {
  auto connection = open_();
  migrate(*connection);
  free_ = connection->dialect().connections;
  idle_.push_back(std::move(connection));
}

/// The right to one connection, given back however its holder ends. Where `connection` is null then, it was closed, and
/// the next holder opens another.
class SqlStore::Lease {
 public:
  explicit Lease(SqlStore& store) : store_(store) {
    std::unique_lock lock(store_.mutex_);
    if (!store_.freed_.wait_for(lock, wait_max, [&] { return store_.free_ > 0; })) {
      throw StoreFailure("all connections to the database are busy");
    }
    --store_.free_;
    if (store_.idle_.empty()) return;
    connection = std::move(store_.idle_.back());
    store_.idle_.pop_back();
  }
  ~Lease() {
    {
      const std::lock_guard lock(store_.mutex_);
      ++store_.free_;
      if (connection != nullptr) store_.idle_.push_back(std::move(connection));
    }
    store_.freed_.notify_one();
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  std::unique_ptr<Connection> connection;

 private:
  SqlStore& store_;
};

/// Begins a transaction; an old connection may have been closed by the server, a new one must work.
void SqlStore::begin(Lease& lease) {
  auto& connection = lease.connection;
  if (connection != nullptr) {
    try {
      connection->execute(std::string(connection->dialect().begin));
      return;
    } catch (const StoreFailure&) {
      connection.reset();
    }
  }
  auto opened = open_();
  opened->execute(std::string(opened->dialect().begin));
  connection = std::move(opened);
}

bool SqlStore::try_run(const std::function<bool(Transaction&)>& work) {
  Lease lease(*this);
  begin(lease);
  // Taken out of the lease while it is at work: closing it rolls back, whatever state it is in.
  auto connection = std::move(lease.connection);
  bool between = false;
  try {
    SqlTransaction transaction(*connection);
    const bool keep = work(transaction);
    connection->execute(keep ? "COMMIT" : "ROLLBACK");
  } catch (const TransactionConflict&) {
    connection->execute("ROLLBACK");
    between = true;
  }
  lease.connection = std::move(connection);
  return !between;
}

void SqlStore::run(const std::function<bool(Transaction&)>& work) {
  for (int tries = 0; tries < tries_max; ++tries) {
    if (try_run(work)) return;
  }
  throw StoreFailure("others change the same records all the time; try again");
}

}  // namespace crm
