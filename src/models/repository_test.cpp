#include "models/repository.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "models/batching.hpp"

namespace slipway::models {
namespace {

namespace fs = std::filesystem;

class Repository : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("slipway_repository_{}", ::getpid());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text = "x") const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  fs::path folder_;
};

TEST_F(Repository, ABareFileIsVersionOneNamedAfterIt) {
  write("digits.onnx");
  write("digits.yaml", "instances: 3\n");
  config::ModelSpec over;
  over.threads = 2;
  const auto found = find_models(folder_ / "digits.onnx", over);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->sources.size(), 1U);
  EXPECT_EQ(found->sources[0].spec.name, "digits");
  EXPECT_EQ(found->sources[0].version, "1");
  EXPECT_EQ(found->sources[0].spec.instances, 3U);
  EXPECT_EQ(found->sources[0].spec.threads, 2U);
}

TEST_F(Repository, FoldersOfVersionsAndBareFilesStandSideBySide) {
  write("a/1/model.onnx");
  write("a/10/model.onnx");
  write("a/notes/model.onnx");
  write("a/007/model.onnx");
  write("b.onnx");
  write("c/model.yaml", "unknown: 1\n");
  write("c/1/model.onnx");
  write("d/1/readme.txt");
  write("e/text.txt");
  const auto found = find_models(folder_, {});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->sources.size(), 3U);
  EXPECT_EQ(found->sources[0].version, "1");
  EXPECT_EQ(found->sources[1].version, "10");
  EXPECT_EQ(found->sources[2].spec.name, "b");
  ASSERT_EQ(found->broken.size(), 2U);
  EXPECT_EQ(found->broken[0].name, "c");
  EXPECT_NE(found->broken[0].error.message().find("model.yaml:1"), std::string::npos);
  EXPECT_EQ(found->broken[1].name, "d");
}

TEST_F(Repository, SaysWhatIsNoModel) {
  EXPECT_EQ(find_models(folder_ / "none.onnx", {}).error().code(), core::Code::not_found);
  write("readme.txt");
  EXPECT_NE(find_models(folder_ / "readme.txt", {}).error().message().find("no model format"), std::string::npos);
  EXPECT_NE(find_models(folder_, {}).error().message().find("no models in it"), std::string::npos);
}

core::TensorInfo info(core::Shape shape, std::vector<std::string> names) {
  return {.name = "t", .dtype = core::DataType::fp32, .shape = std::move(shape), .dim_names = std::move(names)};
}

TEST(BatchingOf, IsToldFromFirstDimensions) {
  EXPECT_EQ(batching_of({info({-1, 4}, {"batch", ""})}, {info({-1, 2}, {"batch", ""})}), Batching::declared);
  EXPECT_EQ(batching_of({info({-1, 4}, {"n", ""})}, {info({-1, 2}, {"m", ""})}), Batching::unproven);
  EXPECT_EQ(batching_of({info({-1, 4}, {})}, {info({-1, 2}, {})}), Batching::unproven);
  EXPECT_EQ(batching_of({info({1, 4}, {})}, {info({-1, 2}, {})}), Batching::impossible);
  EXPECT_EQ(batching_of({info({}, {})}, {info({-1}, {})}), Batching::impossible);
  EXPECT_EQ(batching_of({}, {}), Batching::impossible);
}

/// Adds 1 to every element; or, when `mixing`, the sum of the rows' first elements.
class Adder : public runtime::Runner {
 public:
  explicit Adder(bool mixing) : mixing_(mixing) {}
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    core::Tensor output{.name = "y", .dtype = core::DataType::fp32, .shape = inputs[0].shape,
                        .data = core::Buffer::copy_of(inputs[0].bytes)};
    std::span<float> values(reinterpret_cast<float*>(output.data.data()), output.data.size() / sizeof(float));
    float add = 1;
    const std::size_t width = values.size() / static_cast<std::size_t>(output.shape[0]);
    for (std::size_t i = 0; mixing_ && i < values.size(); i += width) add += values[i] + 1;
    for (float& value : values) value += add;
    std::vector<core::Tensor> outputs;
    outputs.push_back(std::move(output));
    return outputs;
  }

 private:
  bool mixing_;
};

TEST(Rows, AreFoundToMixByRunning) {
  const std::vector<core::TensorInfo> tensors{info({-1, 4}, {})};
  Adder apart(false);
  Adder mixing(true);
  EXPECT_TRUE(rows_are_independent(apart, tensors, tensors));
  EXPECT_FALSE(rows_are_independent(mixing, tensors, tensors));
}

}  // namespace
}  // namespace slipway::models
