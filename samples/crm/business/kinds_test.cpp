#include "business/kinds.hpp"

#include <gmock/gmock.h>

namespace crm {
namespace {

std::string refused(const std::string& kind, const Fields& given) {
  Fields fields;
  const auto set = set_fields(*find_kind(kind), given, fields);
  return set ? "" : set.error().field + " | " + set.error().message;
}

Fields deal(const std::string& field, const Value& value) {
  Fields fields = {{"customer_id", std::int64_t{1}}, {"title", std::string("x")}};
  fields.insert_or_assign(field, value);
  return fields;
}

TEST(Kinds, ACustomerNeedsItsName) {
  EXPECT_EQ(refused("customers", {{"name", std::string("Maria")}}), "");
  EXPECT_EQ(refused("customers", {}), "name | name: must not be empty");
  EXPECT_EQ(refused("customers", {{"name", std::string("  ")}}), "name | name: must not be empty");
  EXPECT_EQ(refused("customers", {{"name", {}}}), "name | name: must not be empty");
}

TEST(Kinds, AFieldThatIsNotThereIsNamed) {
  EXPECT_EQ(refused("customers", {{"nmae", std::string("x")}}), "nmae | nmae: a customer has no such field");
}

TEST(Kinds, WhatTheProgramKeepsIsNotTakenFromOutside) {
  Fields fields;
  const Fields given = {{"customer_id", std::int64_t{1}}, {"text", std::string("x")}, {"has_recording", true}};
  ASSERT_TRUE(set_fields(notes(), given, fields));
  EXPECT_EQ(fields.at("has_recording"), Value(false));
}

struct Case {
  std::string field;
  Value value;
  bool right;
};

class KindsCases : public testing::TestWithParam<Case> {};

TEST_P(KindsCases, AreAcceptedOrRefusedByName) {
  const auto& [field, value, right] = GetParam();
  const auto kind = find_kind("deals")->field(field) != nullptr ? "deals" : "customers";
  Fields given = {{"name", std::string("x")}};
  if (kind == std::string("deals")) given = deal(field, value);
  given.insert_or_assign(field, value);
  const auto message = refused(kind, given);
  EXPECT_EQ(message.empty(), right) << message;
  EXPECT_TRUE(right || message.starts_with(field + " | ")) << message;
}

std::string repeated(std::size_t count) { return std::string(count, 'x'); }

INSTANTIATE_TEST_SUITE_P(
    Values, KindsCases,
    testing::Values(Case{"email", "maria@acme.com", true}, Case{"email", "", true}, Case{"email", "maria", false},
                    Case{"email", "@acme.com", false}, Case{"email", "a@b@c.de", false}, Case{"email", "a@acme", false},
                    Case{"email", "a b@acme.com", false}, Case{"email", "a@acme..com", false},
                    Case{"email", "a@.com", false}, Case{"email", "a@acme.", false},
                    Case{"phone", std::int64_t{5}, false}, Case{"phone", true, false}, Case{"phone", "1\n2", false},
                    Case{"address", "1\n2", true}, Case{"company", repeated(200), true},
                    Case{"company", repeated(201), false}, Case{"company", "\xff", false},
                    Case{"company", std::string("a\0b", 3), false}, Case{"stage", "won", true},
                    Case{"stage", "Won", false}, Case{"currency", "USD", true}, Case{"currency", "usd", false},
                    Case{"currency", "EURO", false}, Case{"close_on", "2028-02-29", true},
                    Case{"close_on", "2027-02-29", false}, Case{"close_on", "2027-1-31", false},
                    Case{"close_on", "31/01/2027", false}, Case{"close_on", "", true}, Case{"close_on", {}, true},
                    Case{"value_cents", std::int64_t{1'000'000}, true},
                    Case{"value_cents", std::int64_t{2'000'000'000'000'000}, false}, Case{"value_cents", "12", false},
                    Case{"value_cents", true, false}, Case{"customer_id", "1", false}, Case{"customer_id", {}, false}));

}  // namespace
}  // namespace crm
