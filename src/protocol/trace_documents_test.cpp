#include "protocol/trace_documents.hpp"

#include <gmock/gmock.h>

namespace slipway::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string trace_sentence(std::string_view body) {
  const auto changes = decode_trace_changes(body);
  return changes ? "no error" : changes.error().message();
}

TEST(TraceDocuments, TakeStringsListsNumbersAndNull) {
  const auto changes =
      decode_trace_changes(R"({"trace_level":["TIMESTAMPS"],"trace_rate":"5","trace_count":7,"trace_file":null})");
  ASSERT_TRUE(changes) << changes.error().message();
  EXPECT_THAT(*changes,
              ElementsAre(Pair("trace_level", ElementsAre("TIMESTAMPS")), Pair("trace_rate", ElementsAre("5")),
                          Pair("trace_count", ElementsAre("7")), Pair("trace_file", IsEmpty())));
}

TEST(TraceDocuments, SayWhatIsWrong) {
  EXPECT_THAT(trace_sentence(""), HasSubstr("a JSON object expected"));
  EXPECT_THAT(trace_sentence(R"({"trace_rate":true})"), HasSubstr("\"trace_rate\": a string"));
  EXPECT_THAT(trace_sentence(R"({"trace_level":[["OFF"]]})"), HasSubstr("\"trace_level\": a string"));
  EXPECT_THAT(trace_sentence(R"({"trace_level":[]})"), HasSubstr("the list is empty"));
}

TEST(TraceDocuments, HaveEverySetting) {
  EXPECT_EQ(
      encode_trace_settings({}),
      R"({"trace_level":["OFF"],"trace_rate":"1000","trace_count":"-1","log_frequency":"0","trace_file":"trace.json","trace_mode":"triton"})");
}

}  // namespace
}  // namespace slipway::protocol
