#include "models/trial.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace slipway::models {
namespace {

const std::vector<core::TensorInfo> row_of_four{
    {.name = "t", .dtype = core::DataType::fp32, .shape = {-1, 4}, .dim_names = {}}};
const std::vector<core::TensorInfo> picture{
    {.name = "t", .dtype = core::DataType::fp32, .shape = {-1, 1, -1, -1}, .dim_names = {}}};

/// Gives its input back, changed by a function of the numbers and of how many there are in a row.
class Changing : public runtime::Runner {
 public:
  using Change = std::function<core::Result<void>(std::span<float> numbers, const core::Shape& shape)>;
  explicit Changing(Change change) : change_(std::move(change)) {}

  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    ++runs;
    core::Tensor output{.name = "y",
                        .dtype = core::DataType::fp32,
                        .shape = inputs[0].shape,
                        .data = core::Buffer::copy_of(inputs[0].bytes)};
    TRY_VOID(change_({reinterpret_cast<float*>(output.data.data()), output.data.size() / sizeof(float)}, output.shape));
    std::vector<core::Tensor> outputs;
    outputs.push_back(std::move(output));
    return outputs;
  }
  int runs = 0;

 private:
  Change change_;
};

std::unexpected<core::Error> refused() { return core::fail(core::Code::internal, "refused"); }

Rows rows_of(const Changing::Change& change) {
  Changing runner(change);
  return Trial(runner, row_of_four, row_of_four).rows();
}

TEST(Trial, RowsThatDoNotSeeEachOtherAreApart) {
  EXPECT_EQ(rows_of([](auto numbers, auto&) -> core::Result<void> {
              for (float& number : numbers) number += 1;
              return {};
            }),
            Rows::apart);
}

TEST(Trial, RowsThatSeeEachOtherAreMixed) {
  EXPECT_EQ(rows_of([](auto numbers, auto&) -> core::Result<void> {
              float sum = 0;
              for (const float number : numbers) sum += number;
              for (float& number : numbers) number /= sum;
              return {};
            }),
            Rows::mixed);
}

TEST(Trial, AModelThatRefusesTwoRowsMixesThem) {
  EXPECT_EQ(rows_of([](auto, const auto& shape) -> core::Result<void> {
              if (shape[0] != 1) return refused();
              return {};
            }),
            Rows::mixed);
}

TEST(Trial, AModelThatCannotBeRunIsUnknown) {
  Changing runner([](auto, auto&) -> core::Result<void> { return refused(); });
  const Trial trial(runner, row_of_four, row_of_four);
  EXPECT_FALSE(trial.runs());
  EXPECT_EQ(trial.rows(), Rows::unknown);
  const int runs = runner.runs;
  trial.warm(runner);
  EXPECT_EQ(runner.runs, runs);
}

TEST(Trial, FindsTheSizesThatAModelTakes) {
  Changing runner([](auto, const auto& shape) -> core::Result<void> {
    if (shape[2] != 48) return refused();
    return {};
  });
  const Trial trial(runner, picture, picture);
  EXPECT_TRUE(trial.runs());
  EXPECT_EQ(trial.rows(), Rows::apart);
}

TEST(Trial, WarmsWithOneRun) {
  Changing first([](auto, auto&) -> core::Result<void> { return {}; });
  Changing second([](auto, const auto& shape) -> core::Result<void> {
    EXPECT_EQ(shape, (core::Shape{1, 4}));
    return {};
  });
  const Trial trial(first, row_of_four, row_of_four);
  EXPECT_EQ(first.runs, 1);
  trial.warm(second);
  EXPECT_EQ(second.runs, 1);
}

}  // namespace
}  // namespace slipway::models
