#include "models/response_cache.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "core/test_memory_limit.hpp"
#include "metrics/registry.hpp"
#include "models/cached_infer.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::models {
namespace {

using scheduler::testing::floats;
using scheduler::testing::make_job;

std::vector<core::Tensor> outputs_of(std::size_t bytes, char fill = 'a') {
  std::vector<core::Tensor> outputs;
  outputs.push_back({"y", core::DataType::uint8, {1}, core::Buffer::copy_of(std::string(bytes, fill))});
  return outputs;
}

ResponseCache::Key key_of(float value, std::uint64_t owner = 1) {
  return *ResponseCache::key_of(owner, make_job(1, 2, value));
}

TEST(ResponseCache, KeysTellApartAllThatBearsOnAnAnswer) {
  const auto key = key_of(1);
  EXPECT_EQ(key, key_of(1));
  EXPECT_NE(key, key_of(2));
  EXPECT_NE(key, key_of(1, 2)) << "another load of the model";
  auto job = make_job(1, 2, 1);
  job.request.inputs.front().shape = {2, 1};
  EXPECT_NE(key, *ResponseCache::key_of(1, job)) << "another shape";
  job = make_job(1, 2, 1);
  job.request.inputs.front().dtype = core::DataType::int32;
  EXPECT_NE(key, *ResponseCache::key_of(1, job)) << "another type";
  job = make_job(1, 2, 1);
  job.outputs = {1};
  EXPECT_NE(key, *ResponseCache::key_of(1, job)) << "another output";
}

TEST(ResponseCache, KeepsWhatFitsAndLetsGoOfWhatWasUsedLongestAgo) {
  ResponseCache cache(10'000);
  for (int i = 0; i < 4; ++i) cache.insert(1, key_of(static_cast<float>(i)), outputs_of(1900));
  EXPECT_TRUE(cache.find(key_of(0)));
  cache.insert(1, key_of(4), outputs_of(1900));
  EXPECT_TRUE(cache.find(key_of(0))) << "it was used";
  EXPECT_FALSE(cache.find(key_of(1)));
  EXPECT_LE(cache.bytes(), 10'000U);
  cache.insert(1, key_of(5), outputs_of(2500));
  EXPECT_FALSE(cache.find(key_of(5))) << "more than a quarter";
}

TEST(ResponseCache, ForgetsAVersionThatIsGone) {
  ResponseCache cache(10'000);
  cache.insert(1, key_of(1, 1), outputs_of(10));
  cache.insert(2, key_of(1, 2), outputs_of(10));
  cache.forget(1);
  EXPECT_FALSE(cache.find(key_of(1, 1)));
  EXPECT_TRUE(cache.find(key_of(1, 2)));
}

class CachedInfer : public ::testing::Test {
 protected:
  /// Asks, and gives the first value of the answer.
  float ask(float value, bool fail = false) {
    scheduler::Job job = make_job(1, 2, value);
    float answered = -1;
    std::string id;
    job.done = [&](core::Result<core::Response> result) {
      if (!result) return;
      answered = floats(result->outputs.front().data.bytes()).front();
      EXPECT_EQ(result->id, std::to_string(static_cast<int>(value)));
    };
    infer_cached(door_, std::move(job), probe_, [&](scheduler::Job given) {
      ++runs_;
      if (fail) return given.done(core::fail(core::Code::internal, "no luck"));
      core::Response response;
      response.id = given.request.id;
      response.outputs.push_back(scheduler::testing::copy_of(given.request.inputs.front()));
      given.done(std::move(response));
    });
    return answered;
  }

  metrics::Registry metrics_;
  scheduler::Probe probe_{metrics_, "m", "1"};
  ResponseCache cache_{10'000};
  const CacheDoor door_{cache_, 1, "m", "1", {"a", "b", "c"}};
  int runs_ = 0;
};

TEST_F(CachedInfer, RunsOnceWhatIsAskedTwice) {
  EXPECT_EQ(ask(7), 7);
  EXPECT_EQ(ask(7), 7);
  EXPECT_EQ(ask(8), 8);
  EXPECT_EQ(runs_, 2);
  const auto statistics = probe_.statistics();
  EXPECT_EQ(statistics.cache_hit.count, 1U);
  EXPECT_EQ(statistics.cache_miss.count, 2U);
  EXPECT_THAT(metrics_.text(), testing::HasSubstr(R"(slipway_cache_hits_total{model="m",version="1"} 1)"));
}

TEST_F(CachedInfer, AHitIsNoInferenceAndHasTheTimesOfOne) {
  ask(7);
  const auto once = probe_.statistics();
  scheduler::Job job = make_job(1, 2, 7);
  const core::TimePoint received = job.request.received;
  core::Timing timing;
  job.done = [&](core::Result<core::Response> result) { timing = result->timing; };
  infer_cached(door_, std::move(job), probe_, [](const scheduler::Job&) { FAIL() << "it is known"; });
  EXPECT_GE(timing.taken, received) << "a trace has it between the others";
  EXPECT_EQ(timing.batch_rows, 0);
  const auto twice = probe_.statistics();
  EXPECT_EQ(twice.success.count, once.success.count + 1);
  EXPECT_EQ(twice.inference_count, once.inference_count);
  EXPECT_EQ(twice.compute_infer.count, once.compute_infer.count);
}

TEST_F(CachedInfer, GivesOutputsInTheOrderAskedForWhateverTheFirstAskedFor) {
  const auto order_of = [&](const std::vector<std::string>& asked) {
    scheduler::Job job = make_job(1, 2, 7);
    job.outputs = {0, 2};
    job.request.outputs = asked;
    std::vector<std::string> given;
    job.done = [&](core::Result<core::Response> result) {
      for (const core::Tensor& output : result->outputs) given.push_back(output.name);
    };
    infer_cached(door_, std::move(job), probe_, [&](scheduler::Job missed) {
      ++runs_;
      core::Response response;
      for (const std::string& name : asked)
        response.outputs.push_back(scheduler::testing::copy_of(missed.request.inputs.front(), name));
      missed.done(std::move(response));
    });
    return given;
  };
  EXPECT_THAT(order_of({"c", "a"}), testing::ElementsAre("c", "a"));
  EXPECT_THAT(order_of({}), testing::ElementsAre("a", "c"));
  EXPECT_THAT(order_of({"a", "c"}), testing::ElementsAre("a", "c"));
  EXPECT_THAT(order_of({"c", "a"}), testing::ElementsAre("c", "a"));
  EXPECT_EQ(runs_, 1);
}

#ifdef SLIPWAY_MEMORY_CAN_BE_LIMITED
TEST_F(CachedInfer, WhatThereIsNoMemoryToKeepIsAnsweredAllTheSame) {
  constexpr std::size_t large = 256U << 20U;
  ResponseCache cache(8 * large);
  scheduler::Job job = make_job(1, 2, 7);
  std::size_t answered = 0;
  job.done = [&](core::Result<core::Response> result) { answered = result->outputs.front().data.size(); };
  infer_cached({cache, 1, "m", "1", {"a"}}, std::move(job), probe_, [&](scheduler::Job given) {
    core::Response response;
    response.outputs.push_back({"a", core::DataType::uint8, {large}, core::Buffer(large)});
    const core::TestMemoryLimit limit(large / 2);
    given.done(std::move(response));
  });
  EXPECT_EQ(answered, large);
  EXPECT_EQ(cache.bytes(), 0U);
}
#endif

TEST_F(CachedInfer, AnErrorIsNotKept) {
  EXPECT_EQ(ask(7, true), -1);
  EXPECT_EQ(ask(7), 7);
  EXPECT_EQ(runs_, 2);
}

}  // namespace
}  // namespace slipway::models
