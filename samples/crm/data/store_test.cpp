// What the two databases must do alike, below the rules.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "data/migrations.hpp"
#include "data/test_store.hpp"

namespace crm {
namespace {

Record customer(const std::string& name) {
  Record record{.version = 1, .created_at = "2027-01-31T00:00:00Z", .updated_at = "2027-01-31T00:00:00Z"};
  EXPECT_TRUE(set_fields(customers(), {{"name", name}}, record.fields));
  return record;
}

std::int64_t count(Store& store) {
  std::int64_t total = 0;
  store.run([&](Transaction& transaction) {
    total = transaction.list(customers(), {}).total;
    return true;
  });
  return total;
}

TEST(Store, KeepsWhatTheWorkSaysToKeep) {
  SqlStore store(empty_database());
  store.run([](Transaction& transaction) {
    transaction.insert(customers(), customer("kept"));
    return true;
  });
  store.run([](Transaction& transaction) {
    transaction.insert(customers(), customer("not kept"));
    return false;
  });
  EXPECT_EQ(count(store), 1);
}

TEST(Store, NeverPutsTextIntoAStatement) {
  SqlStore store(empty_database());
  const std::string evil = "x'); DROP TABLE customers; -- \" \\ % _ $1";
  store.run([&](Transaction& transaction) {
    transaction.insert(customers(), customer(evil));
    return true;
  });
  store.run([&](Transaction& transaction) {
    const auto listed = transaction.list(customers(), {.words = {"\\", "%", "drop"}});
    EXPECT_EQ(listed.total, 1);
    EXPECT_EQ(listed.items.at(0).fields.at("name"), Value(evil));
    EXPECT_EQ(transaction.list(customers(), {.words = {"%x%"}}).total, 0) << "% stands for itself";
    return true;
  });
}

TEST(Store, DoesNotEndTextAtItsNul) {
  using namespace std::string_literals;
  SqlStore store(empty_database());
  store.run([](Transaction& transaction) {
    transaction.insert_user({.user = "ana", .name = "Ana", .role = "sales", .password_hash = "x"});
    return true;
  });
  const auto found = [&] {
    bool any = false;
    store.run([&](Transaction& transaction) {
      any = transaction.find_user("ana\0x"s).has_value();
      return true;
    });
    return any;
  };
  try {
    EXPECT_FALSE(found());
  } catch (const StoreFailure& refused) {
    EXPECT_THAT(refused.what(), testing::HasSubstr("NUL"));
  }
}

TEST(Store, UpdatesOnlyTheVersionThatWasSeen) {
  SqlStore store(empty_database());
  store.run([](Transaction& transaction) {
    auto record = customer("a");
    record.id = transaction.insert(customers(), record);
    EXPECT_TRUE(transaction.update(customers(), record));
    EXPECT_FALSE(transaction.update(customers(), record)) << "it has version 2 now";
    EXPECT_EQ(transaction.find(customers(), record.id)->version, 2);
    return true;
  });
}

TEST(Store, KeepsBytesAsTheyAre) {
  SqlStore store(empty_database());
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i);
  store.run([&](Transaction& transaction) {
    const auto id = transaction.insert(customers(), customer("a"));
    Record note{.version = 1, .created_at = "t", .updated_at = "t"};
    EXPECT_TRUE(set_fields(notes(), {{"customer_id", id}, {"text", std::string("x")}}, note.fields));
    note.id = transaction.insert(notes(), note);
    transaction.put_recording(note.id, "first");
    transaction.put_recording(note.id, bytes);
    EXPECT_EQ(transaction.recording(note.id), bytes);
    EXPECT_EQ(transaction.find(notes(), note.id)->fields.at("has_recording"), Value(true));
    EXPECT_EQ(transaction.recording(note.id + 1), std::nullopt);
    return true;
  });
}

TEST(Store, LosesNoChangeOfManyThreads) {
  SqlStore store(empty_database());
  std::int64_t id = 0;
  store.run([&](Transaction& transaction) {
    id = transaction.insert(customers(), customer("a"));
    return true;
  });
  constexpr int threads_count = 4;
  constexpr int changes_each = 10;
  std::atomic<int> done = 0;
  const auto work = [&] {
    for (int i = 0; i < changes_each;) {
      try {
        store.run([&](Transaction& transaction) {
          auto record = *transaction.find(customers(), id);
          return transaction.update(customers(), record);
        });
        ++done;
        ++i;
      } catch (const StoreFailure&) {  // the others were always faster: as a person would, try again
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < threads_count; ++i) threads.emplace_back(work);
  }
  store.run([&](Transaction& transaction) {
    EXPECT_EQ(transaction.find(customers(), id)->version, 1 + threads_count * changes_each);
    return true;
  });
  EXPECT_EQ(done, threads_count * changes_each);
}

/// SQLite, until it is told to break: then the next insertion loses against another transaction, and ROLLBACK fails
/// too.
class Breaking : public Connection {
 public:
  explicit Breaking(const bool& broken) : broken_(broken) {}
  std::vector<Row> execute(const std::string& sql, std::span<const Cell> parameters) override {
    if (broken_ && sql.starts_with("INSERT")) throw TransactionConflict("another transaction came between");
    if (broken_ && sql == "ROLLBACK") throw StoreFailure("the connection is gone");
    return sqlite_->execute(sql, parameters);
  }
  const Dialect& dialect() const override { return sqlite_->dialect(); }

 private:
  const bool& broken_;
  std::unique_ptr<Connection> sqlite_ = open_connection("sqlite::memory:");
};

TEST(Store, KeepsItsConnectionsWhereRollingBackFails) {
  bool broken = false;
  SqlStore store([&]() -> std::unique_ptr<Connection> {
    auto opened = std::make_unique<Breaking>(broken);
    migrate(*opened);
    return opened;
  });
  broken = true;
  EXPECT_THROW(store.run([](Transaction& transaction) {
    transaction.insert(customers(), customer("a"));
    return true;
  }),
               StoreFailure);
  broken = false;
  EXPECT_EQ(count(store), 0) << "the only connection of SQLite can be had again";
}

TEST(Store, SaysWhatADatabaseUrlIs) {
  EXPECT_THROW(SqlStore("mysql://x"), std::invalid_argument);
  EXPECT_THROW(SqlStore("sqlite:/nowhere/at/all.db"), StoreFailure);
  EXPECT_THROW(SqlStore("postgresql:///x?host=/nowhere"), StoreFailure);
}

}  // namespace
}  // namespace crm
