#include "models/backend_trial.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace slipway::models {
namespace {

using namespace std::chrono_literals;
using core::Duration;

std::atomic<Duration> elapsed{};
core::TimePoint hand_driven() { return core::TimePoint() + 1h + elapsed.load(); }

/// Gives its input plus `adds`, and moves the clock by what a run takes.
class Adding : public runtime::Runner {
 public:
  struct Ways {
    Duration takes;
    float adds = 0;
    std::int64_t most_rows = 100;
  };
  explicit Adding(Ways ways) : ways_(ways) {}
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    elapsed = elapsed.load() + ways_.takes;
    if (inputs[0].shape[0] > ways_.most_rows) return core::fail(core::Code::internal, "too many rows");
    core::Tensor output{.name = "y",
                        .dtype = core::DataType::fp32,
                        .shape = inputs[0].shape,
                        .data = core::Buffer::copy_of(inputs[0].bytes)};
    auto* numbers = reinterpret_cast<float*>(output.data.data());
    for (std::size_t i = 0; i < output.data.size() / sizeof(float); ++i) numbers[i] += ways_.adds;
    std::vector<core::Tensor> outputs;
    outputs.push_back(std::move(output));
    return outputs;
  }

 private:
  Ways ways_;
};

Candidate candidate(std::string name, Adding::Ways ways, std::string input = "x") {
  const core::TensorInfo row{
      .name = std::move(input), .dtype = core::DataType::fp32, .shape = {-1, 4}, .dim_names = {}};
  Candidate made{std::move(name), {row}, {row}, {}};
  made.instances.push_back(std::make_unique<Adding>(ways));
  return made;
}

std::optional<Choice> compare(Candidate first, Candidate second) {
  std::vector<Candidate> both;
  both.push_back(std::move(first));
  both.push_back(std::move(second));
  return compare_backends(both, {.clock = hand_driven});
}

TEST(BackendTrial, TheFasterOneIsChosen) {
  const auto choice = compare(candidate("first", {.takes = 10ms}), candidate("second", {.takes = 5ms}));
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->backend, "second");
  ASSERT_EQ(choice->speeds.size(), 2U);
  EXPECT_NEAR(choice->speeds[0].all_cores, 100, 1);
  EXPECT_NEAR(choice->speeds[1].all_cores, 200, 1);
  EXPECT_EQ(compare(candidate("first", {.takes = 10ms}), candidate("second", {.takes = 9500us}))->backend, "first");
}

TEST(BackendTrial, NotWhereItsAnswersDiffer) {
  const auto choice = compare(candidate("first", {.takes = 10ms}), candidate("second", {.takes = 1ms, .adds = 0.01F}));
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->backend, "first");
  EXPECT_EQ(choice->speeds[1].remark, "other answers");
  EXPECT_EQ(choice->speeds[1].all_cores, 0);
  const auto rounded = compare(candidate("first", {.takes = 10ms}), candidate("second", {.takes = 1ms, .adds = 1e-5F}));
  EXPECT_EQ(rounded->backend, "second");
}

TEST(BackendTrial, NotWhereItFailsOnRowsThatTheFirstTakes) {
  const auto choice = compare(candidate("first", {.takes = 10ms}), candidate("second", {.takes = 1ms, .most_rows = 1}));
  EXPECT_EQ(choice->backend, "first");
  EXPECT_EQ(choice->speeds[1].remark, "fails on it");
  EXPECT_EQ(compare(candidate("first", {.takes = 10ms, .most_rows = 1}), candidate("second", {.takes = 1ms}))->backend,
            "second");
}

TEST(BackendTrial, NotWhereItSaysOtherwiseWhatTheModelTakes) {
  Candidate second = candidate("second", {.takes = 1ms}, "z");
  EXPECT_EQ(compare(candidate("first", {.takes = 10ms}), std::move(second))->speeds[1].remark,
            "other inputs or outputs");
  Candidate knows_more = candidate("second", {.takes = 1ms});
  knows_more.outputs[0].shape = {1, 4};
  EXPECT_EQ(compare(candidate("first", {.takes = 10ms}), std::move(knows_more))->backend, "second");
}

TEST(BackendTrial, TakesASecondAtMost) {
  for (const Duration takes : {Duration(20us), Duration(9ms), Duration(150ms), Duration(600ms)}) {
    const core::TimePoint begin = hand_driven();
    const auto choice = compare(candidate("first", {.takes = takes}), candidate("second", {.takes = takes}));
    EXPECT_EQ(choice->backend, "first");
    // what had to be run before anything could be measured: a row and two rows of each, and each once more
    EXPECT_LE(hand_driven() - begin, 1s + 6 * takes);
  }
}

TEST(BackendTrial, NothingWhereTheFirstCannotBeRun) {
  EXPECT_FALSE(compare(candidate("first", {.takes = 1ms, .most_rows = 0}), candidate("second", {.takes = 1ms})));
}

}  // namespace
}  // namespace slipway::models
