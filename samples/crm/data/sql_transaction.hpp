#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "business/store.hpp"
#include "data/connection.hpp"

namespace crm {

/// Transaction in SQL. Names of tables and columns come from the table of kinds alone; values are always parameters.
class SqlTransaction : public Transaction {
 public:
  explicit SqlTransaction(Connection& connection) : connection_(connection) {}

  std::optional<Record> find(const Kind& kind, std::int64_t id) override;
  std::optional<Record> find_by(const Kind& kind, std::string_view field, const Value& value) override;
  Listed list(const Kind& kind, const Query& query) override;
  std::vector<Record> list_after(const Kind& kind, std::int64_t id, const std::vector<std::string>& words,
                                 std::int64_t limit) override;
  std::int64_t insert(const Kind& kind, const Record& record) override;
  bool update(const Kind& kind, const Record& record) override;
  void remove(const Kind& kind, std::int64_t id, const std::string& token, const std::string& at) override;
  std::optional<Deletion> deletion(const std::string& token) override;
  void restore(const std::string& token) override;
  void purge(const std::string& deleted_before) override;

  void add_history(const Kind& kind, std::int64_t id, const HistoryEntry& entry) override;
  std::vector<HistoryEntry> history(const Kind& kind, std::int64_t id) override;
  void put_recording(std::int64_t note, std::string_view bytes) override;
  std::optional<std::string> recording(std::int64_t note) override;

  std::optional<StoredUser> find_user(std::string_view user) override;
  std::optional<StoredUser> find_user(std::int64_t id) override;
  std::vector<StoredUser> users() override;
  std::int64_t insert_user(const StoredUser& user) override;
  void insert_session(const StoredSession& session) override;
  std::optional<StoredSession> find_session(const std::string& token_hash) override;
  void remove_session(const std::string& token_hash) override;
  void remove_sessions_before(const std::string& expires_at) override;

 private:
  Connection& connection_;
};

}  // namespace crm
