#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "business/kinds.hpp"
#include "business/record.hpp"

namespace crm {

/// The database cannot be reached or refuses: no fault of the call. Caught at the door, which answers "try again".
struct StoreFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct StoredUser {
  std::int64_t id = 0;
  std::string user;  ///< the name to log in with, folded
  std::string name;
  std::string role;
  std::string password_hash;
};

struct StoredSession {
  std::string token_hash;
  std::int64_t user_id = 0;
  std::string csrf;
  std::string expires_at;
};

struct Query {
  std::vector<std::string> words;                    ///< folded; a record must have them all somewhere
  std::vector<std::pair<std::string, Value>> equal;  ///< fields that must have these values
  std::string sort = "id";                           ///< a field, or id, created_at, updated_at
  bool descending = false;
  std::int64_t offset = 0;
  std::int64_t limit = 25;
};

struct Listed {
  std::vector<Record> items;
  std::int64_t total = 0;
};

/// A field before and after.
struct Change {
  std::string field;
  Value old_value;
  Value new_value;
};

struct HistoryEntry {
  std::string at;
  std::string user;
  std::string action;  ///< create, change, delete, restore
  std::vector<Change> changes;
};

/// What a deletion took, so that it can be brought back.
struct Deletion {
  std::string kind;
  std::int64_t id = 0;
  std::string at;
};

/// One unit of work on the database: all of it is kept, or nothing. Lives within Store::run and on its thread.
class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual std::optional<Record> find(const Kind& kind, std::int64_t id) = 0;  ///< not what is deleted
  /// The first record whose field is this; what is deleted is not found.
  virtual std::optional<Record> find_by(const Kind& kind, std::string_view field, const Value& value) = 0;
  virtual Listed list(const Kind& kind, const Query& query) = 0;
  /// The next records by their ids after that one, with all of the words: to read all of them a part at a time.
  virtual std::vector<Record> list_after(const Kind& kind, std::int64_t id, const std::vector<std::string>& words,
                                         std::int64_t limit) = 0;
  virtual std::int64_t insert(const Kind& kind, const Record& record) = 0;
  /// Writes the record over the one of that version; false when there is none (any more). Its version becomes one more.
  virtual bool update(const Kind& kind, const Record& record) = 0;
  /// Marks the record, and with a customer all that belongs to it, as taken by that deletion.
  virtual void remove(const Kind& kind, std::int64_t id, const std::string& token, const std::string& at) = 0;
  virtual std::optional<Deletion> deletion(const std::string& token) = 0;
  virtual void restore(const std::string& token) = 0;
  virtual void purge(const std::string& deleted_before) = 0;  ///< forgets for good what was deleted before then

  virtual void add_history(const Kind& kind, std::int64_t id, const HistoryEntry& entry) = 0;
  virtual std::vector<HistoryEntry> history(const Kind& kind, std::int64_t id) = 0;  ///< newest first
  virtual void put_recording(std::int64_t note, std::string_view bytes) = 0;
  virtual std::optional<std::string> recording(std::int64_t note) = 0;

  virtual std::optional<StoredUser> find_user(std::string_view user) = 0;
  virtual std::optional<StoredUser> find_user(std::int64_t id) = 0;
  virtual std::vector<StoredUser> users() = 0;
  virtual std::int64_t insert_user(const StoredUser& user) = 0;
  virtual void insert_session(const StoredSession& session) = 0;
  virtual std::optional<StoredSession> find_session(const std::string& token_hash) = 0;
  virtual void remove_session(const std::string& token_hash) = 0;
  virtual void remove_sessions_before(const std::string& expires_at) = 0;
};

/// Data access as the rules see it. Any thread may call it. Throws StoreFailure.
class Store {
 public:
  virtual ~Store() = default;
  /// Calls the work with a transaction, and keeps what it did if it returns true. Where the database asks for it, since
  /// another transaction came between, the work is called again: it must do nothing but use the transaction and set
  /// its own results anew.
  virtual void run(const std::function<bool(Transaction&)>& work) = 0;

  /// The same for work that returns a Result: kept if it has a value.
  template <typename Work>
  auto transact(Work work) -> decltype(work(std::declval<Transaction&>())) {
    std::optional<decltype(work(std::declval<Transaction&>()))> result;
    run([&](Transaction& transaction) {
      result.emplace(work(transaction));
      return result->has_value();
    });
    return std::move(*result);
  }
};

}  // namespace crm
