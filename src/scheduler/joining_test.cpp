// Whether requests go on being joined where batches of them fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "core/test_logged.hpp"
#include "metrics/registry.hpp"
#include "scheduler/scheduler.hpp"
#include "scheduler/test_jobs.hpp"

namespace slipway::scheduler {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr float fine = 1;
constexpr float bad = 2;          // fails always
constexpr float alone_only = 3;   // fails in a batch
constexpr float not_batched = 4;  // its output has not the batch's rows

/// Gives its input back, but for the values above.
class Picky : public runtime::Runner {
 public:
  explicit Picky(std::atomic<int>& runs) : runs_(runs) {}
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    ++runs_;
    std::vector<core::Tensor> made;
    core::Tensor& output = made.emplace_back(testing::copy_of(inputs.front()));
    for (const float value : testing::floats(inputs.front().bytes)) {
      if (value == bad) return core::fail(core::Code::invalid_argument, "a bad value");
      if (value == alone_only && output.shape.front() > 1)
        return core::fail(core::Code::internal, "the graph has a batch of one");
      if (value == not_batched) output.shape = {1, inputs.front().shape[0], 2};
    }
    return made;
  }

 private:
  std::atomic<int>& runs_;
};

struct Joining : ::testing::Test {
  Joining() {
    std::vector<std::unique_ptr<runtime::Runner>> runners;
    runners.push_back(std::make_unique<Picky>(runs));
    std::vector<core::TensorInfo> outputs(1);
    outputs.front().name = "y";
    // so that two that are asked one after the other are a batch, as long as there are any
    scheduler = std::make_unique<Scheduler>(Options{.max_batch_rows = 2, .max_delay = 1h, .model = "picky"},
                                            std::move(outputs), std::move(runners), probe);
  }

  /// Asks for these two at one time; how many runs it took.
  int runs_for(float one, float other) {
    const int before = runs;
    Job first = testing::make_job(1, 2, one);
    Job second = testing::make_job(1, 2, other);
    auto a = testing::answer_of(first);
    auto b = testing::answer_of(second);
    scheduler->submit(std::move(first));
    scheduler->submit(std::move(second));
    EXPECT_EQ(a.get().has_value(), one != bad);
    EXPECT_EQ(b.get().has_value(), other != bad);
    return runs - before;
  }

  const core::Logged logged;
  std::atomic<int> runs = 0;
  metrics::Registry registry;
  Probe probe{registry, "picky", "1"};
  std::unique_ptr<Scheduler> scheduler;
};

TEST_F(Joining, EndsWhereBatchesFailWhoseRequestsGoWellAlone) {
  EXPECT_EQ(runs_for(fine, fine), 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(runs_for(alone_only, fine), 3) << "together, and each alone";
  EXPECT_EQ(runs_for(alone_only, fine), 2);
  EXPECT_EQ(runs_for(fine, fine), 2);
  const std::string text = logged.text();
  EXPECT_THAT(text, HasSubstr(R"(model "picky": a batch failed though each of its requests went well alone: )"
                              "the graph has a batch of one; max_batch_size: 0 expected"));
  EXPECT_EQ(text.find("a batch failed"), text.rfind("a batch failed")) << "said once";
}

TEST_F(Joining, EndsWhereOutputsCannotBeParted) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(runs_for(not_batched, not_batched), 3);
  EXPECT_EQ(runs_for(not_batched, not_batched), 2);
  EXPECT_THAT(logged.text(), HasSubstr(R"(output "y": shape [1,2,2] came back for a batch of 2 rows)"));
}

TEST_F(Joining, GoesOnWhereABatchGoesWellInBetween) {
  for (int i = 0; i < 3; ++i) {
    for (int n = 0; n < 2; ++n) EXPECT_EQ(runs_for(alone_only, alone_only), 3);
    EXPECT_EQ(runs_for(fine, fine), 1);
  }
}

TEST_F(Joining, GoesOnWhereOneRequestOfABatchIsBad) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(runs_for(fine, bad), 3);
  EXPECT_EQ(runs_for(fine, fine), 1);
  EXPECT_EQ(logged.text(), "");
}

}  // namespace
}  // namespace slipway::scheduler
