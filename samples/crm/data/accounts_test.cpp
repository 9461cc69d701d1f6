// The rules on users and sessions, on a real database.
#include "business/accounts.hpp"

#include <gmock/gmock.h>

#include "data/test_store.hpp"

namespace crm {
namespace {

class AccountsTest : public testing::Test {
 protected:
  TestClock time;
  SqlStore store{empty_database()};
  Accounts accounts{store, time.clock()};
  User admin{.id = 1, .user = "admin", .name = "Administrator", .role = "admin"};
};

TEST_F(AccountsTest, LogsInAndOut) {
  ASSERT_TRUE(accounts.ensure_admin("correct horse"));
  ASSERT_TRUE(accounts.ensure_admin("another one")) << "does nothing: somebody is there";
  const auto session = accounts.log_in("Admin", "correct horse", "::1");
  ASSERT_TRUE(session);
  EXPECT_EQ(session->user.role, "admin");
  EXPECT_EQ(accounts.session(session->token)->csrf, session->csrf);
  EXPECT_FALSE(accounts.session("x"));
  accounts.log_out(session->token);
  EXPECT_EQ(accounts.session(session->token).error().code, Code::unauthorized);
}

TEST_F(AccountsTest, ASessionEnds) {
  ASSERT_TRUE(accounts.ensure_admin("correct horse"));
  const auto session = accounts.log_in("admin", "correct horse", "::1");
  time.now += Accounts::session_life - std::chrono::seconds(1);
  EXPECT_TRUE(accounts.session(session->token));
  time.now += std::chrono::seconds(1);
  EXPECT_FALSE(accounts.session(session->token));
}

TEST_F(AccountsTest, GuessingIsSlowed) {
  ASSERT_TRUE(accounts.ensure_admin("correct horse"));
  for (int i = 0; i < LoginLimit::free_failures; ++i) {
    EXPECT_EQ(accounts.log_in("admin", "wrong", "a").error().code, Code::unauthorized);
  }
  EXPECT_EQ(accounts.log_in("admin", "correct horse", "a").error().code, Code::too_many);
  EXPECT_TRUE(accounts.log_in("admin", "correct horse", "b")) << "somebody elsewhere is not locked out";
  time.now += std::chrono::seconds(2);
  EXPECT_TRUE(accounts.log_in("admin", "correct horse", "a"));
}

TEST_F(AccountsTest, ANameThatNobodyCanHaveIsNobodysAndItsTriesCount) {
  using namespace std::string_literals;
  ASSERT_TRUE(accounts.ensure_admin("correct horse"));
  for (int i = 0; i < LoginLimit::free_failures; ++i) {
    EXPECT_EQ(accounts.log_in("admin\0"s + std::to_string(i), "correct horse", "a").error().code, Code::unauthorized);
  }
  EXPECT_EQ(accounts.log_in("admin\0x"s, "correct horse", "a").error().code, Code::too_many);
}

TEST_F(AccountsTest, AnAdminMakesUsers) {
  const NewUser ana{.user = "Ana", .name = "Ana Lima", .role = "sales", .password = "correct horse"};
  EXPECT_EQ(accounts.create(sales_ana, ana).error().code, Code::forbidden);
  EXPECT_EQ(accounts.list(sales_ana).error().code, Code::forbidden);
  ASSERT_TRUE(accounts.create(admin, ana));
  EXPECT_EQ(accounts.create(admin, ana).error().field, "user") << "taken";
  EXPECT_EQ(accounts.list(admin)->at(0).user, "ana");
  const auto with = [&](auto change) {
    auto user = ana;
    user.user = "rui";
    change(user);
    return accounts.create(admin, user).error().field;
  };
  EXPECT_EQ(with([](NewUser& user) { user.user = "r u i"; }), "user");
  EXPECT_EQ(with([](NewUser& user) { user.name = " "; }), "name");
  EXPECT_EQ(with([](NewUser& user) { user.role = "root"; }), "role");
  EXPECT_EQ(with([](NewUser& user) { user.password = "short"; }), "password");
}

TEST(LoginLimitTest, WaitsTwiceAsLongEachTimeUpToALimit) {
  TestClock time;
  LoginLimit limit(time.clock());
  for (int i = 0; i < LoginLimit::free_failures - 1; ++i) limit.failed("a");
  EXPECT_EQ(limit.wait("a").count(), 0);
  for (const int expected : {1, 2, 4, 8}) {
    limit.failed("a");
    EXPECT_EQ(limit.wait("a").count(), expected);
  }
  for (int i = 0; i < 100; ++i) limit.failed("a");
  EXPECT_EQ(limit.wait("a"), LoginLimit::wait_max);
  EXPECT_EQ(limit.wait("b").count(), 0);
  limit.succeeded("a");
  EXPECT_EQ(limit.wait("a").count(), 0);
}

TEST(LoginLimitTest, ForgetsTheOldestWhenItIsFull) {
  TestClock time;
  LoginLimit limit(time.clock());
  for (int i = 0; i < LoginLimit::free_failures; ++i) limit.failed("first");
  for (std::size_t i = 0; i < LoginLimit::keys_max; ++i) {
    time.now += std::chrono::seconds(i == 0 ? 1 : 0);
    limit.failed("other " + std::to_string(i));
  }
  for (int i = 0; i < LoginLimit::free_failures - 1; ++i) limit.failed("first");
  EXPECT_EQ(limit.wait("first").count(), 0) << "its first failures are forgotten";
}

}  // namespace
}  // namespace crm
