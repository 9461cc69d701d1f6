#include "protocol/json_fault.hpp"

#include <gtest/gtest.h>

namespace slipway::protocol {
namespace {

TEST(JsonFault, IsNoneInJson) {
  for (const char* text : {"{}", "[1,2.5e3,-0]", R"({"a":["\u00e9",null,true]} )", "7", "\"x\"\n"})
    EXPECT_FALSE(find_json_fault(text)) << text;
}

TEST(JsonFault, NamesTheByte) {
  const auto byte = [](std::string_view text) {
    const auto fault = find_json_fault(text);
    EXPECT_TRUE(fault && !fault->reason.empty()) << text;
    return fault ? static_cast<int>(fault->byte) : -1;
  };
  EXPECT_EQ(byte(R"({"inputs": [})"), 12);
  EXPECT_EQ(byte("[1,2,,3]"), 5);
  EXPECT_EQ(byte("[1,tru]"), 3);
  EXPECT_EQ(byte(R"({"a" 1})"), 5);
  EXPECT_EQ(byte("[1] x"), 4);
  EXPECT_EQ(byte("\xff"), 0);
  EXPECT_EQ(byte(R"({"a":[1,2)"), 9);  // cut short: at its end
  EXPECT_EQ(byte(""), 0);
}

}  // namespace
}  // namespace slipway::protocol
