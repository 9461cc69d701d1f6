#include "data/migrations.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "business/store.hpp"

namespace crm {
namespace {

/// {id}, {text} and {bytes} stand for the dialect's own types. A step that has been released is never edited: a change
/// is a new step at the end.
///
/// Columns that end in _key hold the folded text that lists are sorted by, and `search` the folded text of all fields.
/// `deletion` is the token of the deletion that took the row.
const std::vector<std::vector<std::string>>& steps() {
  static const std::vector<std::vector<std::string>> all = {
      {
          R"(CREATE TABLE users (id {id}, login {text} NOT NULL UNIQUE, name {text} NOT NULL,
             role {text} NOT NULL, password_hash {text} NOT NULL))",
          R"(CREATE TABLE sessions (token_hash {text} PRIMARY KEY,
             user_id BIGINT NOT NULL REFERENCES users(id), csrf {text} NOT NULL, expires_at {text} NOT NULL))",
          R"(CREATE TABLE deletions (token {text} PRIMARY KEY, kind {text} NOT NULL,
             record_id BIGINT NOT NULL, deleted_at {text} NOT NULL))",
          R"(CREATE TABLE history (id {id}, kind {text} NOT NULL, record_id BIGINT NOT NULL,
             happened_at {text} NOT NULL, login {text} NOT NULL, action {text} NOT NULL,
             changes {text} NOT NULL))",
          "CREATE INDEX history_of_record ON history (kind, record_id)",
          R"(CREATE TABLE customers (id {id}, version BIGINT NOT NULL, created_at {text} NOT NULL,
             updated_at {text} NOT NULL, name {text} NOT NULL, name_key {text} NOT NULL,
             company {text} NOT NULL, company_key {text} NOT NULL, phone {text} NOT NULL,
             phone_key {text} NOT NULL, email {text} NOT NULL, email_key {text} NOT NULL,
             address {text} NOT NULL, address_key {text} NOT NULL, search {text} NOT NULL, deletion {text}))",
          "CREATE INDEX customers_by_name ON customers (name_key)",
          "CREATE INDEX customers_by_email ON customers (email)",
      },
      {
          R"(CREATE TABLE contacts (id {id}, version BIGINT NOT NULL, created_at {text} NOT NULL,
             updated_at {text} NOT NULL, customer_id BIGINT NOT NULL REFERENCES customers(id),
             name {text} NOT NULL, name_key {text} NOT NULL, role {text} NOT NULL, role_key {text} NOT NULL,
             phone {text} NOT NULL, phone_key {text} NOT NULL, email {text} NOT NULL,
             email_key {text} NOT NULL, search {text} NOT NULL, deletion {text}))",
          R"(CREATE TABLE deals (id {id}, version BIGINT NOT NULL, created_at {text} NOT NULL,
             updated_at {text} NOT NULL, customer_id BIGINT NOT NULL REFERENCES customers(id),
             title {text} NOT NULL, title_key {text} NOT NULL, stage {text} NOT NULL,
             value_cents BIGINT NOT NULL, currency {text} NOT NULL, close_on {text}, search {text} NOT NULL,
             deletion {text}))",
          R"(CREATE TABLE notes (id {id}, version BIGINT NOT NULL, created_at {text} NOT NULL,
             updated_at {text} NOT NULL, customer_id BIGINT NOT NULL REFERENCES customers(id),
             text {text} NOT NULL, text_key {text} NOT NULL, has_recording BIGINT NOT NULL,
             search {text} NOT NULL, deletion {text}))",
          "CREATE TABLE recordings (note_id BIGINT PRIMARY KEY REFERENCES notes(id), wav {bytes} NOT NULL)",
          R"(CREATE TABLE tasks (id {id}, version BIGINT NOT NULL, created_at {text} NOT NULL,
             updated_at {text} NOT NULL, customer_id BIGINT REFERENCES customers(id), title {text} NOT NULL,
             title_key {text} NOT NULL, due_on {text}, done BIGINT NOT NULL, assignee {text} NOT NULL,
             assignee_key {text} NOT NULL, search {text} NOT NULL, deletion {text}))",
          "CREATE INDEX contacts_of_customer ON contacts (customer_id)",
          "CREATE INDEX deals_of_customer ON deals (customer_id)",
          "CREATE INDEX notes_of_customer ON notes (customer_id)",
          "CREATE INDEX tasks_of_customer ON tasks (customer_id)",
      },
      {
          // One for each order that a list begins with, so that its first page is read and not sorted out of all.
          "DROP INDEX customers_by_name",
          "CREATE INDEX customers_by_name ON customers (name_key, id)",
          "CREATE INDEX contacts_by_name ON contacts (name_key, id)",
          "CREATE INDEX deals_by_title ON deals (title_key, id)",
          "CREATE INDEX deals_by_update ON deals (updated_at, id)",
          "CREATE INDEX notes_by_creation ON notes (created_at, id)",
          "CREATE INDEX tasks_by_due ON tasks (due_on, id)",
      },
  };
  return all;
}

std::string in_dialect(std::string sql, const Dialect& dialect) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> words = {
      {{"{id}", dialect.id}, {"{text}", dialect.text}, {"{bytes}", dialect.bytes}}};
  for (const auto& [word, meaning] : words) {
    for (auto at = sql.find(word); at != std::string::npos; at = sql.find(word, at)) {
      sql.replace(at, word.size(), meaning);
    }
  }
  return sql;
}

void take_steps(Connection& connection, std::size_t schema) {
  if (!connection.dialect().lock.empty()) connection.execute(std::string(connection.dialect().lock));
  connection.execute("CREATE TABLE IF NOT EXISTS schema_steps (step BIGINT PRIMARY KEY)");
  const auto taken = connection.execute("SELECT COALESCE(MAX(step), 0) FROM schema_steps");
  const auto done = static_cast<std::size_t>(std::get<std::int64_t>(taken.at(0).at(0)));
  if (done > steps().size()) {
    throw StoreFailure("the database has schema " + std::to_string(done) + ", but this program knows " +
                       std::to_string(steps().size()) + ": a newer program has been at work on it");
  }
  for (std::size_t step = done; step < schema; ++step) {
    for (const auto& statement : steps()[step]) connection.execute(in_dialect(statement, connection.dialect()));
    connection.execute("INSERT INTO schema_steps (step) VALUES ($1)", {static_cast<std::int64_t>(step + 1)});
  }
}

}  // namespace

std::size_t newest_schema() { return steps().size(); }

void migrate(Connection& connection) { migrate_to(connection, newest_schema()); }

void migrate_to(Connection& connection, std::size_t schema) {
  // Not serializable: waiting for the lock would then see the tables as they were before the other program's steps.
  connection.execute(connection.dialect().lock.empty() ? std::string(connection.dialect().begin) : "BEGIN");
  try {
    take_steps(connection, schema);
    connection.execute("COMMIT");
  } catch (...) {
    connection.execute("ROLLBACK");
    throw;
  }
}

}  // namespace crm
