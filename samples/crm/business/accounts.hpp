#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "business/clock.hpp"
#include "business/result.hpp"
#include "business/store.hpp"

namespace crm {

/// Who is at work. Roles: a reader looks, sales also change records, an admin also keeps the users.
struct User {
  std::int64_t id = 0;
  std::string user;
  std::string name;
  std::string role;

  bool may_write() const { return role == "sales" || role == "admin"; }
  bool is_admin() const { return role == "admin"; }
};

Result<void> require_writer(const User& user);
Result<void> require_admin(const User& user);

struct Session {
  User user;
  std::string token;  ///< for the cookie; only its hash is stored. Set by log_in alone
  std::string csrf;   ///< what every changing call must repeat in a header
};

struct NewUser {
  std::string user;
  std::string name;
  std::string role;
  std::string password;
};

/// Slows guessing: after a few failures in a row a user from an address must wait, twice as long each time.
/// Threads: any. Holds no more than a bounded number of names; the oldest are forgotten.
class LoginLimit {
 public:
  explicit LoginLimit(Clock clock) : clock_(std::move(clock)) {}
  std::chrono::seconds wait(const std::string& key);  ///< 0: go on
  void failed(const std::string& key);
  void succeeded(const std::string& key);

  static constexpr int free_failures = 5;  ///< failures without a wait
  static constexpr std::chrono::seconds wait_max{900};
  static constexpr std::size_t keys_max = 10'000;

 private:
  struct Entry {
    int failures = 0;
    Instant until;  ///< no try before then
    Instant last;
  };
  Clock clock_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

/// Users and their sessions. Threads: any.
class Accounts {
 public:
  Accounts(Store& store, Clock clock);

  /// Errors: unauthorized; too_many with the seconds to wait in the message. `from` is the address of the caller.
  Result<Session> log_in(const std::string& user, const std::string& password, const std::string& from);
  Result<Session> session(const std::string& token);  ///< unauthorized: unknown or too old
  void log_out(const std::string& token);

  Result<User> create(const User& by, const NewUser& made);
  Result<std::vector<User>> list(const User& by);
  /// Makes the user "admin" with this password if nobody is there yet, and says whether it did.
  Result<bool> ensure_admin(const std::string& password);
  bool has_users();

  static constexpr std::chrono::hours session_life{12};

 private:
  Result<User> insert(const NewUser& made);

  Store& store_;
  Clock clock_;
  LoginLimit limit_;
  std::string nobody_hash_;  ///< verified when there is no such user, so that the answer takes as long
};

}  // namespace crm
