#include "business/accounts.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "business/secrets.hpp"
#include "business/text.hpp"

namespace crm {
namespace {

constexpr std::array<std::string_view, 3> all_roles = {"admin", "sales", "reader"};
constexpr std::size_t password_min = 8;
constexpr std::size_t password_max = 200;

User to_user(const StoredUser& stored) {
  return {.id = stored.id, .user = stored.user, .name = stored.name, .role = stored.role};
}

bool valid_user_name(std::string_view user) {
  return !user.empty() && user.size() <= 50 && std::ranges::all_of(user, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '@';
  });
}

}  // namespace

Result<void> require_writer(const User& user) {
  if (user.may_write()) return {};
  return refuse(Code::forbidden, "the role " + user.role + " may look but not change");
}

Result<void> require_admin(const User& user) {
  if (user.is_admin()) return {};
  return refuse(Code::forbidden, "only an admin may do this");
}

std::chrono::seconds LoginLimit::wait(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::chrono::seconds(0);
  return std::max(found->second.until - clock_(), std::chrono::seconds(0));
}

void LoginLimit::failed(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= keys_max && !entries_.contains(key)) {
    entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.last; }));
  }
  auto& entry = entries_[key];
  entry.last = clock_();
  if (++entry.failures < free_failures) return;
  const int doublings = std::min(entry.failures - free_failures, 10);
  entry.until = clock_() + std::min(std::chrono::seconds(1LL << static_cast<unsigned>(doublings)), wait_max);
}

void LoginLimit::succeeded(const std::string& key) {
  const std::lock_guard lock(mutex_);
  entries_.erase(key);
}

Accounts::Accounts(Store& store, Clock clock)
    : store_(store), clock_(clock), limit_(std::move(clock)), nobody_hash_(hash_password(random_token())) {}

Result<Session> Accounts::log_in(const std::string& user, const std::string& password, const std::string& from) {
  // What can be no name of a user is counted as one name, so that its many spellings are not as many free tries.
  auto name = fold(user);
  if (!valid_user_name(name)) name.clear();
  const auto key = name + " " + from;
  if (const auto wait = limit_.wait(key); wait.count() > 0) {
    return refuse(Code::too_many, "too many failed log-ins; try again in " + std::to_string(wait.count()) + " s");
  }
  std::optional<StoredUser> found;
  store_.run([&](Transaction& transaction) {
    found = name.empty() ? std::nullopt : transaction.find_user(std::string_view(name));
    return true;
  });
  const bool right =
      verify_password(found ? found->password_hash : nobody_hash_, password.substr(0, password_max)) && found;
  if (!right) {
    limit_.failed(key);
    return refuse(Code::unauthorized, "no such user, or another password");
  }
  limit_.succeeded(key);
  Session session{.user = to_user(*found), .token = random_token(), .csrf = random_token()};
  store_.run([&](Transaction& transaction) {
    transaction.remove_sessions_before(to_text(clock_()));
    transaction.insert_session({.token_hash = sha256(session.token),
                                .user_id = found->id,
                                .csrf = session.csrf,
                                .expires_at = to_text(clock_() + session_life)});
    return true;
  });
  return session;
}

Result<Session> Accounts::session(const std::string& token) {
  return store_.transact([&](Transaction& transaction) -> Result<Session> {
    const auto stored = transaction.find_session(sha256(token));
    if (!stored || stored->expires_at <= to_text(clock_())) return refuse(Code::unauthorized, "log in first");
    const auto user = transaction.find_user(stored->user_id);
    if (!user) return refuse(Code::unauthorized, "log in first");
    return Session{.user = to_user(*user), .token = {}, .csrf = stored->csrf};
  });
}

void Accounts::log_out(const std::string& token) {
  store_.run([&](Transaction& transaction) {
    transaction.remove_session(sha256(token));
    return true;
  });
}

Result<User> Accounts::create(const User& by, const NewUser& made) {
  if (auto allowed = require_admin(by); !allowed) return std::unexpected(allowed.error());
  return insert(made);
}

Result<User> Accounts::insert(const NewUser& made) {
  const auto name = fold(made.user);
  if (!valid_user_name(name)) {
    return refuse(Code::invalid, "user: 1 to 50 letters, digits and . - _ @ expected", "user");
  }
  if (std::ranges::find(all_roles, made.role) == all_roles.end()) {
    return refuse(Code::invalid, "role: one of admin, sales, reader expected", "role");
  }
  const auto shown = clean(made.name);
  if (!shown || shown->empty() || characters(*shown) > 200 || has_control_characters(*shown, false)) {
    return refuse(Code::invalid, "name: 1 to 200 characters expected", "name");
  }
  if (made.password.size() < password_min || made.password.size() > password_max) {
    return refuse(Code::invalid, "password: 8 to 200 bytes expected", "password");
  }
  const StoredUser stored{
      .user = name, .name = *shown, .role = made.role, .password_hash = hash_password(made.password)};
  return store_.transact([&](Transaction& transaction) -> Result<User> {
    if (transaction.find_user(std::string_view(name))) {
      return refuse(Code::invalid, "user: \"" + name + "\" is taken", "user");
    }
    auto user = to_user(stored);
    user.id = transaction.insert_user(stored);
    return user;
  });
}

Result<std::vector<User>> Accounts::list(const User& by) {
  if (auto allowed = require_admin(by); !allowed) return std::unexpected(allowed.error());
  std::vector<User> users;
  store_.run([&](Transaction& transaction) {
    users.clear();
    std::ranges::transform(transaction.users(), std::back_inserter(users), to_user);
    return true;
  });
  return users;
}

bool Accounts::has_users() {
  bool any = false;
  store_.run([&](Transaction& transaction) {
    any = !transaction.users().empty();
    return true;
  });
  return any;
}

Result<bool> Accounts::ensure_admin(const std::string& password) {
  if (has_users()) return false;
  const auto made = insert({.user = "admin", .name = "Administrator", .role = "admin", .password = password});
  if (made) return true;
  if (has_users()) return false;  // another program that started was faster
  return std::unexpected(made.error());
}

}  // namespace crm
