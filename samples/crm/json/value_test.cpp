#include "json/value.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace crm {
namespace {

TEST(JsonValue, ComesBackTheSame) {
  for (const Value& value : {Value(), Value(true), Value(std::int64_t{-7}), Value(std::string("São \"José\""))}) {
    EXPECT_EQ(to_value(to_json(value)), value);
  }
  EXPECT_EQ(boost::json::serialize(to_json(Value())), "null");
}

TEST(JsonValue, IsNoListAndNoObject) {
  for (const auto* text : {"[]", "{}", "1.5", "9223372036854775808"}) {
    EXPECT_FALSE(to_value(boost::json::parse(text))) << text;
  }
}

}  // namespace
}  // namespace crm
