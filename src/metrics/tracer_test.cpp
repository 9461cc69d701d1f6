#include "metrics/tracer.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <utility>

namespace slipway::metrics {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A tracer whose chunks are kept.
struct Kept {
  Kept() {
    tracer.write_to([this](TraceChunk chunk) { chunks.push_back(std::move(chunk)); });
  }
  void add(std::string_view model, int times = 1) {
    for (int i = 0; i < times; ++i) {
      if (tracer.on()) tracer.add({.model = model, .version = "2", .received = {}, .timing = {}, .encoded = {}});
    }
  }
  std::vector<TraceChunk> chunks;
  Tracer tracer;
};

const TraceChanges every_request{{"trace_level", {"TIMESTAMPS"}}, {"trace_rate", {"1"}}};

TEST(Tracer, WritesTheTimesOfEachStage) {
  Kept kept;
  ASSERT_TRUE(kept.tracer.update("", every_request));
  const core::TimePoint start{1000ns};
  kept.tracer.add(
      {.model = "a \"b\"",
       .version = "2",
       .received = start,
       .timing =
           {.queue = 20ns, .assemble = 5ns, .compute = 300ns, .scatter = 7ns, .batch_rows = 1, .taken = start + 50ns},
       .encoded = start + 400ns});
  kept.tracer.finish();
  ASSERT_THAT(kept.chunks, SizeIs(1));
  EXPECT_EQ(kept.chunks[0].file, "trace.json");
  EXPECT_EQ(kept.chunks[0].traces[0],
            R"({"id":1,"model_name":"a \"b\"","model_version":2,"timestamps":[)"
            R"({"name":"REQUEST_START","ns":1000},{"name":"QUEUE_START","ns":1030},{"name":"COMPUTE_START","ns":1050},)"
            R"({"name":"COMPUTE_INPUT_END","ns":1055},{"name":"COMPUTE_OUTPUT_START","ns":1355},)"
            R"({"name":"COMPUTE_END","ns":1362},{"name":"REQUEST_END","ns":1400}]})");
}

TEST(Tracer, WritesOfAFailureItsBeginningItsEndAndItsSentence) {
  Kept kept;
  ASSERT_TRUE(kept.tracer.update("", every_request));
  const core::TimePoint start{1000ns};
  kept.tracer.add({.model = "a",
                   .version = "2",
                   .received = start,
                   .timing = {},
                   .encoded = start + 400ns,
                   .failure = R"(input "x" is missing)"});
  kept.tracer.finish();
  ASSERT_THAT(kept.chunks, SizeIs(1));
  EXPECT_EQ(kept.chunks[0].traces[0],
            R"({"id":1,"model_name":"a","model_version":2,"error":"input \"x\" is missing","timestamps":[)"
            R"({"name":"REQUEST_START","ns":1000},{"name":"REQUEST_END","ns":1400}]})");
}

TEST(Tracer, TakesOneOfSoManyAndNoMoreThanTheCount) {
  Kept kept;
  ASSERT_TRUE(
      kept.tracer.update("", {{"trace_level", {"TIMESTAMPS"}}, {"trace_rate", {"10"}}, {"trace_count", {"3"}}}));
  kept.add("m", 20);
  EXPECT_THAT(kept.chunks, SizeIs(0));
  kept.add("m", 80);  // the third is the last, and is handed on at once
  ASSERT_THAT(kept.chunks, SizeIs(1));
  EXPECT_THAT(kept.chunks[0].traces, SizeIs(3));
}

TEST(Tracer, MakesAFileOfEachSoMany) {
  Kept kept;
  ASSERT_TRUE(kept.tracer.update("", every_request));
  ASSERT_TRUE(kept.tracer.update("", {{"log_frequency", {"2"}}, {"trace_file", {"t"}}}));
  kept.add("m", 5);
  kept.tracer.finish();
  ASSERT_THAT(kept.chunks, SizeIs(3));
  EXPECT_EQ(kept.chunks[0].file, "t.0");
  EXPECT_EQ(kept.chunks[2].file, "t.2");
  EXPECT_THAT(kept.chunks[2].traces, SizeIs(1));
}

TEST(Tracer, AModelsOwnSettingsStandOnThoseOfAll) {
  Kept kept;
  ASSERT_TRUE(kept.tracer.update("m", every_request));
  kept.add("other");
  kept.add("m");
  ASSERT_TRUE(kept.tracer.update("", {{"trace_file", {"all"}}, {"trace_level", {"TIMESTAMPS"}}}));
  ASSERT_THAT(kept.chunks, SizeIs(1));
  EXPECT_EQ(kept.tracer.settings("m").file, "all");
  EXPECT_EQ(kept.tracer.settings("m").rate, 1U);
  EXPECT_EQ(kept.tracer.settings("other").rate, 1000U);
  ASSERT_TRUE(kept.tracer.update("m", {{"trace_level", {"OFF"}}, {"trace_rate", {}}}));
  EXPECT_EQ(kept.tracer.settings("m").rate, 1000U);
  EXPECT_FALSE(kept.tracer.settings("m").timestamps);
  ASSERT_TRUE(kept.tracer.update("m", {{"trace_level", {}}}));
  EXPECT_TRUE(kept.tracer.settings("m").timestamps);
}

TEST(Tracer, IsOffUntilItIsSwitchedOnAndWhenItHasFinished) {
  Kept kept;
  EXPECT_FALSE(kept.tracer.on());
  ASSERT_TRUE(kept.tracer.update("", every_request));
  EXPECT_TRUE(kept.tracer.on());
  ASSERT_TRUE(kept.tracer.update("", {{"trace_level", {"OFF"}}}));
  EXPECT_FALSE(kept.tracer.on());
  ASSERT_TRUE(kept.tracer.update("", every_request));
  kept.tracer.finish();
  EXPECT_FALSE(kept.tracer.on());
}

TEST(Tracer, RefusesTimestampsThatHaveNowhereToGo) {
  Tracer tracer;
  const auto refused = tracer.update("", every_request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), core::Code::failed_precondition);
  EXPECT_THAT(refused.error().message(), HasSubstr("--trace-dir"));
  EXPECT_TRUE(tracer.update("", {{"trace_rate", {"5"}}}));
}

TEST(TraceSettings, SayWhatIsWrong) {
  const auto sentence = [](const TraceChanges& changes) {
    const auto made = changed({}, changes);
    return made ? std::string("no error") : made.error().message();
  };
  EXPECT_THAT(sentence({{"trace_level", {"TENSORS"}}}), HasSubstr("OFF or TIMESTAMPS"));
  EXPECT_THAT(sentence({{"trace_rate", {"0"}}}), HasSubstr("from 1 to"));
  EXPECT_THAT(sentence({{"trace_rate", {"1x"}}}), HasSubstr("\"1x\" given"));
  EXPECT_THAT(sentence({{"trace_rate", {"1", "2"}}}), HasSubstr("2 values given"));
  EXPECT_THAT(sentence({{"log_frequency", {"65537"}}}), HasSubstr("from 0 to 65536"));
  for (const char* file : {"", "/etc/passwd", "../x", ".hidden", "a/b"})
    EXPECT_THAT(sentence({{"trace_file", {file}}}), HasSubstr("the name of a file")) << file;
  EXPECT_THAT(sentence({{"trace_mode", {"opentelemetry"}}}), HasSubstr("triton is all"));
  EXPECT_THAT(sentence({{"trace_levels", {"OFF"}}}), HasSubstr("there are: trace_level"));
}

}  // namespace
}  // namespace slipway::metrics
