#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "business/store.hpp"
#include "data/connection.hpp"

namespace crm {

/// The store on SQLite or PostgreSQL: the same statements for both. Keeps a few connections and replaces those that
/// broke.
class SqlStore : public Store {
 public:
  using Open = std::function<std::unique_ptr<Connection>()>;

  /// Connects and migrates. Throws StoreFailure, and std::invalid_argument for a URL that is none.
  explicit SqlStore(const std::string& url);
  /// The same with connections from anywhere, as a test makes them.
  explicit SqlStore(Open open);

  void run(const std::function<bool(Transaction&)>& work) override;

 private:
  class Lease;
  void begin(Lease& lease);
  /// False: another transaction came between.
  bool try_run(const std::function<bool(Transaction&)>& work);

  Open open_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int free_ = 0;  ///< how many more may be taken
};

}  // namespace crm
