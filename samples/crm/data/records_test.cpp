// The rules on records, on a real database.
#include "business/records.hpp"

#include <gmock/gmock.h>

#include "data/test_store.hpp"

namespace crm {
namespace {

using ::testing::ElementsAre;

class RecordsTest : public testing::Test {
 protected:
  Record make(const Kind& kind, const Fields& fields) {
    auto made = records.create(sales_ana, kind, fields);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made.value_or(Record{});
  }
  std::vector<std::string> names(const ListRequest& request) {
    const auto page = records.list(customers(), request);
    EXPECT_TRUE(page) << (page ? "" : page.error().message);
    std::vector<std::string> found;
    if (page) {
      for (const auto& record : page->items) found.push_back(std::get<std::string>(record.fields.at("name")));
    }
    return found;
  }

  TestClock time;
  SqlStore store{empty_database()};
  Records records{store, time.clock()};
};

TEST_F(RecordsTest, ANewOneHasItsStandardValues) {
  const auto customer = make(customers(), {{"name", std::string("  Maria Souza ")}});
  EXPECT_EQ(customer.version, 1);
  EXPECT_EQ(customer.created_at, "2027-01-31T00:00:00Z");
  const auto read = records.get(customers(), customer.id);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->fields.at("name"), Value("Maria Souza"));
  EXPECT_EQ(read->fields.at("company"), Value(""));
  const auto deal = make(*find_kind("deals"), {{"customer_id", customer.id}, {"title", std::string("Boat")}});
  EXPECT_EQ(deal.fields.at("stage"), Value("lead"));
  EXPECT_EQ(deal.fields.at("close_on"), Value());
}

TEST_F(RecordsTest, SearchTakesNoNoticeOfAccentsAndCase) {
  make(customers(), {{"name", std::string("José Conceição")}, {"company", std::string("Água Viva")}});
  make(customers(), {{"name", std::string("Ann")}, {"company", std::string("100% Pure_Ltd")}});
  EXPECT_THAT(names({.search = "jose AGUA"}), ElementsAre("José Conceição"));
  EXPECT_THAT(names({.search = "CONCEICÃO"}), ElementsAre("José Conceição"));
  EXPECT_THAT(names({.search = "0% e_l"}), ElementsAre("Ann"));
  EXPECT_THAT(names({.search = "jose ann"}), ElementsAre());
}

TEST_F(RecordsTest, SortsAsPeopleDoAndPages) {
  for (const auto* name : {"Zoe", "Élodie", "bob", "Álvaro", "Carl"}) make(customers(), {{"name", std::string(name)}});
  EXPECT_THAT(names({}), ElementsAre("Álvaro", "bob", "Carl", "Élodie", "Zoe"));
  EXPECT_THAT(names({.sort = "-name", .page = 2, .size = 2}), ElementsAre("Carl", "bob"));
  EXPECT_THAT(names({.page = 9, .size = 2}), ElementsAre());
  EXPECT_EQ(records.list(customers(), {.size = 2})->total, 5);
  EXPECT_EQ(records.list(customers(), {.sort = "id; DROP TABLE customers"}).error().field, "sort");
  EXPECT_EQ(records.list(customers(), {.size = 0}).error().field, "size");
  EXPECT_EQ(records.list(customers(), {.page = 0}).error().field, "page");
}

TEST_F(RecordsTest, FiltersByAField) {
  const auto customer = make(customers(), {{"name", std::string("A")}});
  const auto& tasks = *find_kind("tasks");
  make(tasks, {{"title", std::string("ring")}, {"done", true}});
  make(tasks, {{"title", std::string("write")}, {"customer_id", customer.id}});
  EXPECT_EQ(records.list(tasks, {.filters = {{"done", "false"}}})->items.at(0).fields.at("title"), Value("write"));
  EXPECT_EQ(records.list(tasks, {.filters = {{"customer_id", std::to_string(customer.id)}}})->total, 1);
  EXPECT_EQ(records.list(tasks, {.filters = {{"done", "yes"}}}).error().field, "done");
  EXPECT_EQ(records.list(tasks, {.filters = {{"stage", "won"}}}).error().field, "stage");
}

TEST_F(RecordsTest, TwoPeopleOnOneRecordLoseNoChange) {
  const auto seen = make(customers(), {{"name", std::string("A")}});
  ASSERT_TRUE(records.change(sales_rui, customers(), seen.id, seen.version, {{"phone", std::string("1")}}));
  const auto refused = records.change(sales_ana, customers(), seen.id, seen.version, {{"phone", std::string("2")}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_EQ(refused.error().conflict->current.fields.at("phone"), Value("1"));
  EXPECT_EQ(refused.error().conflict->current.version, 2);
  EXPECT_EQ(refused.error().conflict->changed_by, "rui");
  EXPECT_EQ(records.remove(sales_ana, customers(), seen.id, seen.version).error().code, Code::conflict);
}

TEST_F(RecordsTest, AChangeKeepsWhatWasNotGivenAndCountsOnlyWhenSomethingChanged) {
  const auto seen = make(customers(), {{"name", std::string("A")}, {"phone", std::string("1")}});
  const auto changed = records.change(sales_ana, customers(), seen.id, 1, {{"company", std::string("B")}});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->fields.at("phone"), Value("1"));
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(records.change(sales_ana, customers(), seen.id, 2, {{"company", std::string("B")}})->version, 2);
}

TEST_F(RecordsTest, UndoBringsACustomerBackWithAllThatBelongsToIt) {
  const auto customer = make(customers(), {{"name", std::string("A")}});
  const auto note = make(notes(), {{"customer_id", customer.id}, {"text", std::string("x")}});
  const auto token = records.remove(sales_ana, customers(), customer.id, 1);
  ASSERT_TRUE(token);
  EXPECT_EQ(records.get(customers(), customer.id).error().code, Code::not_found);
  EXPECT_EQ(records.get(notes(), note.id).error().code, Code::not_found);
  EXPECT_EQ(records.list(notes(), {})->total, 0);
  const auto back = records.undo(sales_ana, *token);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->record.id, customer.id);
  EXPECT_TRUE(records.get(notes(), note.id));
  EXPECT_EQ(records.undo(sales_ana, *token).error().code, Code::not_found) << "it is undone";
}

TEST_F(RecordsTest, WhatWasDeletedBeforeItsCustomerStaysDeleted) {
  const auto customer = make(customers(), {{"name", std::string("A")}});
  const auto note = make(notes(), {{"customer_id", customer.id}, {"text", std::string("x")}});
  const auto note_token = records.remove(sales_ana, notes(), note.id, 1);
  const auto customer_token = records.remove(sales_ana, customers(), customer.id, 1);
  EXPECT_EQ(records.undo(sales_ana, *note_token).error().code, Code::conflict);
  ASSERT_TRUE(records.undo(sales_ana, *customer_token));
  EXPECT_FALSE(records.get(notes(), note.id));
  EXPECT_TRUE(records.undo(sales_ana, *note_token));
}

TEST_F(RecordsTest, AnOldDeletionIsForGood) {
  const auto customer = make(customers(), {{"name", std::string("A")}});
  const auto note = make(notes(), {{"customer_id", customer.id}, {"text", std::string("x")}});
  ASSERT_TRUE(records.put_recording(sales_ana, note.id, "RIFF0000WAVE"));
  const auto other = make(customers(), {{"name", std::string("B")}});
  const auto token = records.remove(sales_ana, customers(), customer.id, 1);
  time.now += Records::undo_life + std::chrono::seconds(1);
  EXPECT_EQ(records.undo(sales_ana, *token).error().code, Code::not_found);
  EXPECT_TRUE(records.remove(sales_ana, customers(), other.id, 1)) << "which clears the old one away";
  store.run([&](Transaction& transaction) {
    EXPECT_FALSE(transaction.deletion(*token));
    return true;
  });
}

TEST_F(RecordsTest, HistorySaysWhoChangedWhat) {
  const auto seen = make(customers(), {{"name", std::string("A")}});
  time.now += std::chrono::minutes(5);
  ASSERT_TRUE(records.change(sales_rui, customers(), seen.id, 1, {{"phone", std::string("1")}}));
  ASSERT_TRUE(records.undo(sales_ana, *records.remove(sales_ana, customers(), seen.id, 2)));
  const auto history = records.history(customers(), seen.id);
  ASSERT_TRUE(history);
  std::vector<std::string> told;
  for (const auto& entry : *history) told.push_back(entry.user + " " + entry.action);
  EXPECT_THAT(told, ElementsAre("ana restore", "ana delete", "rui change", "ana create"));
  const auto& change = history->at(2);
  EXPECT_EQ(change.at, "2027-01-31T00:05:00Z");
  ASSERT_EQ(change.changes.size(), 1U);
  EXPECT_EQ(change.changes[0].field, "phone");
  EXPECT_EQ(change.changes[0].old_value, Value(""));
  EXPECT_EQ(change.changes[0].new_value, Value("1"));
  EXPECT_EQ(records.history(customers(), seen.id + 1).error().code, Code::not_found);
}

TEST_F(RecordsTest, AReaderChangesNothing) {
  const auto seen = make(customers(), {{"name", std::string("A")}});
  EXPECT_EQ(records.create(reader_eva, customers(), {{"name", std::string("B")}}).error().code, Code::forbidden);
  EXPECT_EQ(records.change(reader_eva, customers(), seen.id, 1, {}).error().code, Code::forbidden);
  EXPECT_EQ(records.remove(reader_eva, customers(), seen.id, 1).error().code, Code::forbidden);
  EXPECT_EQ(records.undo(reader_eva, "x").error().code, Code::forbidden);
  EXPECT_EQ(records.put_recording(reader_eva, 1, "RIFF0000WAVE").error().code, Code::forbidden);
}

TEST_F(RecordsTest, ARecordBelongsToACustomerThatIsThere) {
  const auto refused =
      records.create(sales_ana, notes(), {{"customer_id", std::int64_t{77}}, {"text", std::string("x")}});
  EXPECT_EQ(refused.error().field, "customer_id");
}

TEST_F(RecordsTest, ARecordingIsAWavFileAndStaysWithItsNote) {
  const auto customer = make(customers(), {{"name", std::string("A")}});
  const auto note = make(notes(), {{"customer_id", customer.id}, {"text", std::string("x")}});
  EXPECT_EQ(records.recording(note.id).error().code, Code::not_found);
  EXPECT_EQ(records.put_recording(sales_ana, note.id, "ID3 this is no WAV").error().code, Code::invalid);
  EXPECT_EQ(records.put_recording(sales_ana, note.id + 1, "RIFF0000WAVE").error().code, Code::not_found);
  ASSERT_TRUE(records.put_recording(sales_ana, note.id, "RIFF0000WAVEsound"));
  EXPECT_EQ(records.recording(note.id).value(), "RIFF0000WAVEsound");
  EXPECT_EQ(records.get(notes(), note.id)->fields.at("has_recording"), Value(true));
}

}  // namespace
}  // namespace crm
