#include "scheduler/probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace slipway::scheduler {
namespace {

using std::chrono::microseconds;
using ::testing::HasSubstr;

core::Timing timing(std::int64_t batch_rows) {
  return {.queue = microseconds(1),
          .assemble = microseconds(2),
          .compute = microseconds(30),
          .scatter = microseconds(4),
          .batch_rows = batch_rows};
}

TEST(Probe, SumsRequestsAndBatches) {
  metrics::Registry registry;
  Probe probe(registry, "digits", "3");
  EXPECT_EQ(probe.statistics().last_inference_ms, 0U);
  probe.batch_done(timing(3));
  probe.request_done(core::Response{}, microseconds(50), 1, timing(3));
  probe.request_done(core::Response{}, microseconds(60), 2, timing(3));
  probe.batch_done(timing(1));
  probe.request_done(core::Response{}, microseconds(70), 1, timing(1));
  probe.request_done(core::fail(core::Code::internal, "x"), microseconds(5), 1, {});
  probe.rejected(core::Code::invalid_argument);

  const Statistics statistics = probe.statistics();
  EXPECT_EQ(statistics.inference_count, 4U);
  EXPECT_EQ(statistics.execution_count, 2U);
  EXPECT_GT(statistics.last_inference_ms, 1'600'000'000'000U);
  EXPECT_EQ(statistics.success.count, 3U);
  EXPECT_EQ(statistics.success.ns, 180'000U);
  EXPECT_EQ(statistics.fail.count, 2U);
  EXPECT_EQ(statistics.fail.ns, 5'000U);
  EXPECT_EQ(statistics.queue.count, 3U);
  EXPECT_EQ(statistics.queue.ns, 3'000U);
  EXPECT_EQ(statistics.compute_input.ns, 6'000U);
  EXPECT_EQ(statistics.compute_infer.ns, 90'000U);
  EXPECT_EQ(statistics.compute_output.ns, 12'000U);
  ASSERT_EQ(statistics.batches.size(), 2U);
  EXPECT_EQ(statistics.batches[0].rows, 1);
  EXPECT_EQ(statistics.batches[1].rows, 3);
  EXPECT_EQ(statistics.batches[1].compute_infer.count, 1U);
  EXPECT_EQ(statistics.batches[1].compute_infer.ns, 30'000U);
}

TEST(Probe, VersionsThatHaveGoneDoNotPileUp) {
  metrics::Registry registry;
  Probe served(registry, "digits", "served");
  served.rejected(core::Code::internal);
  for (int version = 1; version <= 100; ++version) {
    Probe probe(registry, "digits", std::to_string(version));
    probe.rejected(core::Code::invalid_argument);
    probe.batch_cost(4, microseconds(1));
  }
  const std::string text = registry.text();
  for (const char* family : {"slipway_queue_depth{", "slipway_compute_duration_seconds_count{",
                             "slipway_batch_cost_seconds{", "outcome=\"success\"", "outcome=\"invalid_argument\""}) {
    std::size_t versions = 0;
    for (std::size_t at = text.find(family); at != std::string::npos; at = text.find(family, at + 1)) ++versions;
    EXPECT_LE(versions, metrics::Retired::most_kept + 1) << family;
  }
  EXPECT_THAT(text, HasSubstr(R"(outcome="internal",version="served"} 1)"));
}

TEST(Probe, AVersionThatComesBackGoesOnWithItsCounters) {
  metrics::Registry registry;
  const auto serve = [&registry](const std::string& version) {
    Probe probe(registry, "digits", version);
    probe.rejected(core::Code::internal);
  };
  serve("1");
  {
    Probe old(registry, "digits", "2");
    serve("2");  // loaded again while the old one finishes
  }
  for (int other = 3; other < 3 + 14; ++other) serve(std::to_string(other));
  serve("1");
  EXPECT_THAT(registry.text(), HasSubstr(R"(slipway_requests_total{model="digits",outcome="internal",version="1"} 2)"));
}

TEST(Probe, AHitOfTheCacheIsASuccessThatNothingWasRunFor) {
  metrics::Registry registry;
  Probe probe(registry, "digits", "3");
  probe.cache_hit(microseconds(4), microseconds(9));
  const Statistics statistics = probe.statistics();
  EXPECT_EQ(statistics.success.count, 1U);
  EXPECT_EQ(statistics.success.ns, 9'000U);
  EXPECT_EQ(statistics.cache_hit.count, 1U);
  EXPECT_EQ(statistics.cache_hit.ns, 4'000U);
  EXPECT_EQ(statistics.queue.count, 1U);
  EXPECT_EQ(statistics.queue.ns, 0U);
  EXPECT_EQ(statistics.inference_count, 0U);
  EXPECT_EQ(statistics.compute_input.count, 0U);
  EXPECT_EQ(statistics.compute_infer.count, 0U);
  EXPECT_EQ(statistics.compute_output.count, 0U);
  EXPECT_THAT(registry.text(), HasSubstr(R"(outcome="success",version="3"} 1)"));
}

TEST(Probe, WritesEachFamily) {
  metrics::Registry registry;
  Probe probe(registry, "digits", "3");
  probe.queued(5);
  probe.instance_busy(+1);
  probe.batch_done(timing(3));
  probe.batch_cost(4, microseconds(500));
  probe.batch_cost(4, microseconds(250));
  probe.request_done(core::Response{}, microseconds(50), 3, timing(3));
  probe.rejected(core::Code::deadline_exceeded);
  probe.bytes_in(10);
  probe.answered(microseconds(60), 20);
  probe.encoded(microseconds(7));

  const std::string text = registry.text();
  const std::string labels = "{model=\"digits\",version=\"3\"}";
  for (const char* name : {"request", "queue", "batch_assembly", "compute", "encode"}) {
    EXPECT_THAT(text, HasSubstr(fmt::format("slipway_{}_duration_seconds_count{} 1", name, labels)));
  }
  EXPECT_THAT(text, HasSubstr("slipway_requests_total{model=\"digits\",outcome=\"success\",version=\"3\"} 1"));
  EXPECT_THAT(text, HasSubstr("outcome=\"deadline_exceeded\""));
  EXPECT_THAT(text, HasSubstr("slipway_batch_rows_sum" + labels + " 3"));
  EXPECT_THAT(text, HasSubstr(R"(slipway_batch_cost_seconds{model="digits",rows="4",version="3"} 0.00025)"));
  EXPECT_THAT(text, HasSubstr("slipway_queue_depth" + labels + " 5"));
  EXPECT_THAT(text, HasSubstr("slipway_instances_busy" + labels + " 1"));
  EXPECT_THAT(text, HasSubstr("slipway_request_bytes_total" + labels + " 10"));
  EXPECT_THAT(text, HasSubstr("slipway_response_bytes_total" + labels + " 20"));
}

TEST(Probe, GoesOnCountingWhenAVersionIsLoadedAgain) {
  metrics::Registry registry;
  for (int i = 0; i < 3; ++i) Probe(registry, "digits", "3").bytes_in(1);
  Probe one(registry, "digits", "3");
  Probe(registry, "digits", "3").bytes_in(1);  // both at a time, as during a swap
  one.bytes_in(1);
  EXPECT_THAT(registry.text(), HasSubstr("slipway_request_bytes_total{model=\"digits\",version=\"3\"} 5"));
  EXPECT_EQ(one.statistics().success.count, 0U);
}

}  // namespace
}  // namespace slipway::scheduler
