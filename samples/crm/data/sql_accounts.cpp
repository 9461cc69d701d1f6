#include <boost/json.hpp>
#include <string>
#include <utility>

#include "data/sql_transaction.hpp"
#include "json/value.hpp"

namespace crm {
namespace {

namespace json = boost::json;

/// {"phone": ["old", "new"], …}, which is how changes are kept.
std::string to_text(const std::vector<Change>& changes) {
  json::object object;
  for (const auto& change : changes) {
    object[change.field] = json::array{to_json(change.old_value), to_json(change.new_value)};
  }
  return json::serialize(object);
}

std::vector<Change> to_changes(const std::string& text) {
  std::vector<Change> changes;
  const auto parsed = json::parse(text);
  for (const auto& [field, pair] : parsed.as_object()) {
    const auto& both = pair.as_array();
    changes.push_back(
        {std::string(field), to_value(both.at(0)).value_or(Value()), to_value(both.at(1)).value_or(Value())});
  }
  return changes;
}

StoredUser to_user(const Row& row) {
  return {.id = std::get<std::int64_t>(row.at(0)),
          .user = std::get<std::string>(row.at(1)),
          .name = std::get<std::string>(row.at(2)),
          .role = std::get<std::string>(row.at(3)),
          .password_hash = std::get<std::string>(row.at(4))};
}

const std::string select_users = "SELECT id, login, name, role, password_hash FROM users";

}  // namespace

void SqlTransaction::add_history(const Kind& kind, std::int64_t id, const HistoryEntry& entry) {
  connection_.execute(
      "INSERT INTO history (kind, record_id, happened_at, login, action, changes) VALUES ($1, $2, $3, $4, $5, $6)",
      {std::string(kind.name), id, entry.at, entry.user, entry.action, to_text(entry.changes)});
}

std::vector<HistoryEntry> SqlTransaction::history(const Kind& kind, std::int64_t id) {
  const auto rows = connection_.execute(
      "SELECT happened_at, login, action, changes FROM history WHERE kind = $1 AND record_id = $2 ORDER BY id DESC",
      {std::string(kind.name), id});
  std::vector<HistoryEntry> entries;
  entries.reserve(rows.size());
  for (const auto& row : rows) {
    entries.push_back({.at = std::get<std::string>(row.at(0)),
                       .user = std::get<std::string>(row.at(1)),
                       .action = std::get<std::string>(row.at(2)),
                       .changes = to_changes(std::get<std::string>(row.at(3)))});
  }
  return entries;
}

std::optional<StoredUser> SqlTransaction::find_user(std::string_view user) {
  const auto rows = connection_.execute(select_users + " WHERE login = $1", {std::string(user)});
  if (rows.empty()) return std::nullopt;
  return to_user(rows[0]);
}

std::optional<StoredUser> SqlTransaction::find_user(std::int64_t id) {
  const auto rows = connection_.execute(select_users + " WHERE id = $1", {id});
  if (rows.empty()) return std::nullopt;
  return to_user(rows[0]);
}

std::vector<StoredUser> SqlTransaction::users() {
  std::vector<StoredUser> all;
  for (const auto& row : connection_.execute(select_users + " ORDER BY login")) all.push_back(to_user(row));
  return all;
}

std::int64_t SqlTransaction::insert_user(const StoredUser& user) {
  const auto rows =
      connection_.execute("INSERT INTO users (login, name, role, password_hash) VALUES ($1, $2, $3, $4) RETURNING id",
                          {user.user, user.name, user.role, user.password_hash});
  return std::get<std::int64_t>(rows.at(0).at(0));
}

void SqlTransaction::insert_session(const StoredSession& session) {
  connection_.execute("INSERT INTO sessions (token_hash, user_id, csrf, expires_at) VALUES ($1, $2, $3, $4)",
                      {session.token_hash, session.user_id, session.csrf, session.expires_at});
}

std::optional<StoredSession> SqlTransaction::find_session(const std::string& token_hash) {
  const auto rows = connection_.execute(
      "SELECT token_hash, user_id, csrf, expires_at FROM sessions WHERE token_hash = $1", {token_hash});
  if (rows.empty()) return std::nullopt;
  return StoredSession{.token_hash = std::get<std::string>(rows[0].at(0)),
                       .user_id = std::get<std::int64_t>(rows[0].at(1)),
                       .csrf = std::get<std::string>(rows[0].at(2)),
                       .expires_at = std::get<std::string>(rows[0].at(3))};
}

void SqlTransaction::remove_session(const std::string& token_hash) {
  connection_.execute("DELETE FROM sessions WHERE token_hash = $1", {token_hash});
}

void SqlTransaction::remove_sessions_before(const std::string& expires_at) {
  connection_.execute("DELETE FROM sessions WHERE expires_at < $1", {expires_at});
}

}  // namespace crm
