// What the store asks of a database: statements that stay quick when there is much in it.
#include <gmock/gmock.h>

#include "business/exchange.hpp"
#include "data/migrations.hpp"
#include "data/test_store.hpp"

namespace crm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Passes statements on, and notes each with the way that the database takes to answer it.
class Watched : public Connection {
 public:
  struct Statement {
    std::string sql;
    std::string plan;
  };

  Watched(const std::string& url, std::vector<Statement>& seen)
      : inner_(open_connection(url)), lite_(url.starts_with("sqlite:")), seen_(seen) {
    if (lite_) return;
    // PostgreSQL would sort the few rows of a test; it is asked whether it could do without.
    for (const auto* way : {"enable_seqscan", "enable_bitmapscan", "enable_sort"}) {
      inner_->execute(std::string("SET ") + way + " = off");
    }
  }

  std::vector<Row> execute(const std::string& sql, std::span<const Cell> parameters) override {
    if (sql.starts_with("SELECT")) {
      Statement statement{.sql = sql, .plan = {}};
      for (const auto& row : inner_->execute((lite_ ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql, parameters)) {
        statement.plan += std::get<std::string>(row.back()) + "\n";
      }
      seen_.push_back(std::move(statement));
    }
    return inner_->execute(sql, parameters);
  }
  const Dialect& dialect() const override { return inner_->dialect(); }

 private:
  std::unique_ptr<Connection> inner_;
  bool lite_;
  std::vector<Statement>& seen_;
};

class Statements : public testing::Test {
 protected:
  std::string url = empty_database();
  std::vector<Watched::Statement> seen;
  SqlStore store{[this] { return std::make_unique<Watched>(url, seen); }};
};

TEST_F(Statements, ListsAreReadInTheOrderOfAnIndex) {
  for (const auto& kind : kinds()) {
    seen.clear();
    store.run([&](Transaction& transaction) {
      const bool descending = kind.sort.starts_with('-');
      transaction.list(kind, {.sort = std::string(kind.sort.substr(descending ? 1 : 0)), .descending = descending});
      return true;
    });
    ASSERT_EQ(seen.size(), 2U) << "the count and the page";
    EXPECT_THAT(seen[1].sql, HasSubstr("ORDER BY"));
    EXPECT_THAT(seen[1].plan, Not(HasSubstr("TEMP B-TREE"))) << seen[1].sql;
    EXPECT_THAT(seen[1].plan, Not(HasSubstr("Sort"))) << seen[1].sql;
  }
}

TEST_F(Statements, AnExportReadsEveryCustomerOnce) {
  TestClock time;
  Records records(store, time.clock());
  Exchange exchange(store, records);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(records.create(sales_ana, customers(), {{"name", std::string("a")}}));
  seen.clear();
  ASSERT_TRUE(exchange.export_customers(""));
  ASSERT_FALSE(seen.empty());
  for (const auto& [sql, plan] : seen) {
    EXPECT_THAT(sql, Not(HasSubstr("OFFSET"))) << "what is skipped is read all the same";
    EXPECT_THAT(sql, Not(HasSubstr("COUNT")));
    EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE"))) << sql;
    EXPECT_THAT(plan, Not(HasSubstr("Sort"))) << sql;
  }
}

}  // namespace
}  // namespace crm
