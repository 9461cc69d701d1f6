// Import and export, on a real database.
#include "business/exchange.hpp"

#include <gmock/gmock.h>

#include "data/test_store.hpp"

namespace crm {
namespace {

class ExchangeTest : public testing::Test {
 protected:
  Imported import(std::string_view csv) {
    auto imported = exchange.import_customers(sales_ana, csv);
    EXPECT_TRUE(imported) << (imported ? "" : imported.error().message);
    return imported.value_or(Imported{});
  }
  std::string export_all() { return exchange.export_customers("").value_or("refused"); }

  TestClock time;
  SqlStore store{empty_database()};
  Records records{store, time.clock()};
  Exchange exchange{store, records};
};

TEST_F(ExchangeTest, WhatIsExportedComesBackTheSame) {
  ASSERT_TRUE(records.create(sales_ana, customers(),
                             {{"name", std::string("\"Quoted\", Inc; ")},
                              {"phone", std::string("+55 11 5551234")},
                              {"address", std::string("Rua A, 1\nSão Paulo")}}));
  ASSERT_TRUE(records.create(sales_ana, customers(), {{"name", std::string("=SUM(A1)")}}));
  ASSERT_TRUE(records.create(sales_ana, customers(), {{"name", std::string("'=x")}}));
  const auto csv = export_all();
  EXPECT_THAT(csv, testing::HasSubstr("'=SUM(A1)"));
  EXPECT_THAT(csv, testing::HasSubstr("'+55"));
  const auto imported = import(csv);
  EXPECT_EQ(imported.created + imported.updated + imported.errors.size(), 0U);
  EXPECT_EQ(export_all(), csv);
}

TEST_F(ExchangeTest, NewLinesAreCreatedKnownOnesUpdatedBadOnesTold) {
  const auto first = import("name,email\r\nMaria,maria@acme.com\r\n,nobody@acme.com\r\nJoão,nonsense\r\nRui,\r\n");
  EXPECT_EQ(first.created, 2U);
  ASSERT_EQ(first.errors.size(), 2U);
  EXPECT_EQ(first.errors[0].line, 3U);
  EXPECT_THAT(first.errors[0].message, testing::StartsWith("name: "));
  EXPECT_EQ(first.errors[1].line, 4U);
  EXPECT_EQ(records.list(customers(), {})->total, 2);
  const auto second = import("name;company;email\nMaria;Acme;maria@acme.com\n");
  EXPECT_EQ(second.updated, 1U);
  EXPECT_EQ(records.list(customers(), {.search = "acme"})->total, 1);
  EXPECT_EQ(import("id,name\n77,x\n").errors.size(), 1U);
}

TEST_F(ExchangeTest, AFileThatIsNoneIsRefused) {
  for (const auto* csv : {"", "name,name\nx,y", "name,password\nx,y", "name\n\"x", "name\n\"x\"y"}) {
    EXPECT_EQ(exchange.import_customers(sales_ana, csv).error().code, Code::invalid) << csv;
  }
  EXPECT_EQ(exchange.import_customers(reader_eva, "name\nx").error().code, Code::forbidden);
}

TEST_F(ExchangeTest, ABrokenEndOfAFileKeepsNothingOfItsBegin) {
  EXPECT_EQ(exchange.import_customers(sales_ana, "name\nAna\n\"Rui").error().code, Code::invalid);
  std::string many = "name\n";
  for (std::size_t i = 0; i < Exchange::lines_max; ++i) many += "n\n";
  EXPECT_EQ(exchange.import_customers(sales_ana, many).error().code, Code::too_large);
  EXPECT_EQ(records.list(customers(), {})->total, 0);
}

TEST_F(ExchangeTest, ExportsMoreThanOnePage) {
  std::string csv = "name\n";
  for (int i = 0; i < 450; ++i) csv += "n" + std::to_string(i) + "\n";
  EXPECT_EQ(import(csv).created, 450U);
  EXPECT_EQ(std::ranges::count(export_all(), '\n'), 451);
}

}  // namespace
}  // namespace crm
