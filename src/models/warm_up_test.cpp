#include "models/warm_up.hpp"

#include <gmock/gmock.h>

#include "core/test_folder.hpp"

namespace slipway::models {
namespace {

using core::DataType;
using core::Shape;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Keeps what it is given first, and counts its runs.
class Recording : public runtime::Runner {
 public:
  core::Result<std::vector<core::Tensor>> run(std::span<const core::TensorView> inputs,
                                              std::span<const std::uint32_t> /*outputs*/) override {
    if (runs++ == 0) {
      for (const core::TensorView& input : inputs) {
        shapes.push_back(input.shape);
        const auto* begin = reinterpret_cast<const char*>(input.bytes.data());
        bytes.emplace_back(begin, begin + input.bytes.size());
      }
    }
    return std::vector<core::Tensor>();
  }
  int runs = 0;
  std::vector<Shape> shapes;
  std::vector<std::string> bytes;
};

class WarmUpTest : public core::FolderTest {
 protected:
  /// Warms up a model of inputs, or says what is wrong.
  std::string warm(const std::vector<core::TensorInfo>& inputs, bool batches, bool joins) {
    const std::vector<core::TensorInfo> outputs;
    const auto signature = Signature::of(spec_, inputs, outputs, batches);
    if (!signature) return signature.error().message();
    const auto warmed = warm_up(runner_, {asked_}, {*signature, inputs, outputs, joins});
    return warmed ? "" : warmed.error().message();
  }
  static core::TensorInfo info(std::string name, Shape shape, DataType dtype = DataType::uint8) {
    return {std::move(name), dtype, std::move(shape), {}};
  }
  static config::WarmUp::Input input(std::string name, Shape dims, std::filesystem::path file = {},
                                     DataType dtype = DataType::uint8) {
    return {.name = std::move(name), .dtype = dtype, .dims = std::move(dims), .file = std::move(file)};
  }

  config::ModelSpec spec_;
  config::WarmUp asked_{.name = "w"};
  Recording runner_;
};

TEST_F(WarmUpTest, TheBatchDimensionIsPutBeforeOnlyWhereTheModelBatches) {
  asked_.inputs = {input("x", {1, 2, 2})};
  EXPECT_EQ(warm({info("x", {-1, 2, 2})}, false, false), "");
  EXPECT_THAT(runner_.shapes, ElementsAre(Shape{1, 2, 2}));
  EXPECT_THAT(warm({info("x", {-1, 2, 2})}, true, true),
              HasSubstr(R"(model_warmup "w": input "x": [1,1,2,2] with the batch given, [-1,2,2] expected)"));
}

TEST_F(WarmUpTest, ASampleIsRepeatedForEachRow) {
  asked_.inputs = {input("x", {2}, write("x", "abrest"))};
  asked_.batch_size = 3;
  asked_.count = 2;
  EXPECT_EQ(warm({info("x", {-1, 2})}, true, true), "");
  EXPECT_THAT(runner_.shapes, ElementsAre(Shape{3, 2}));
  EXPECT_THAT(runner_.bytes, ElementsAre("ababab")) << "what the file has beyond a sample is left";
  EXPECT_EQ(runner_.runs, 2);
}

TEST_F(WarmUpTest, RequestsOfAModelThatJoinsNoneRunOneAfterTheOther) {
  asked_.inputs = {input("x", {2})};
  asked_.batch_size = 3;
  asked_.count = 2;
  EXPECT_EQ(warm({info("x", {1, 2})}, true, false), "");
  EXPECT_THAT(runner_.shapes, ElementsAre(Shape{1, 2}));
  EXPECT_EQ(runner_.runs, 6);
}

TEST_F(WarmUpTest, AFileOfTextsHasAtLeastThoseOfASample) {
  const std::string one("\1\0\0\0a", 5);
  const std::string two("\2\0\0\0bc", 6);
  asked_.batch_size = 2;
  asked_.inputs = {input("x", {1}, write("x", one + two), DataType::bytes)};
  EXPECT_EQ(warm({info("x", {-1, 1}, DataType::bytes)}, true, true), "");
  EXPECT_THAT(runner_.bytes, ElementsAre(one + one));
  asked_.inputs = {input("x", {3}, write("x", one + two), DataType::bytes)};
  EXPECT_THAT(warm({info("x", {-1, 3}, DataType::bytes)}, true, true), HasSubstr("2 whole texts"));
}

TEST_F(WarmUpTest, DimensionsAreThoseOfTheConfigurationAndAreReshaped) {
  spec_.inputs = {{"x", DataType::uint8, Shape{4}, Shape{2, 2}}};
  asked_.inputs = {input("x", {4})};
  asked_.batch_size = 2;
  EXPECT_EQ(warm({info("x", {-1, 2, 2})}, true, true), "");
  EXPECT_THAT(runner_.shapes, ElementsAre(Shape{2, 2, 2}));
}

TEST_F(WarmUpTest, ControlsAndStatesAreGivenAsTheModelHasThem) {
  spec_.sequence.emplace();
  spec_.sequence->controls = {{.input = "START"}};
  asked_.inputs = {input("x", {2}), input("START", {1, 1})};
  asked_.batch_size = 2;
  EXPECT_EQ(warm({info("START", {-1, 1}), info("x", {-1, 2})}, true, true), "");
  EXPECT_THAT(runner_.shapes, ElementsAre(Shape{2, 1}, Shape{2, 2}));
  asked_.inputs = {input("x", {2}), input("START", {1})};
  EXPECT_EQ(warm({info("START", {-1, 1}), info("x", {-1, 2})}, true, true), "");
}

TEST_F(WarmUpTest, WhatDoesNotFitIsTold) {
  EXPECT_THAT(warm({info("x", {-1, 2})}, true, true), HasSubstr(R"(model_warmup "w": input "x" is missing)"));
  asked_.inputs = {input("x", {3})};
  EXPECT_THAT(warm({info("x", {-1, 2})}, true, true), HasSubstr("[1,3] with the batch given, [-1,2] expected"));
  asked_.inputs = {input("x", {2}, {}, DataType::fp32)};
  EXPECT_THAT(warm({info("x", {-1, 2})}, true, true), HasSubstr("FP32 given, UINT8 expected"));
  asked_.inputs = {input("x", {2}, write("x", "a"))};
  EXPECT_THAT(warm({info("x", {-1, 2})}, true, true), HasSubstr("1 bytes, at least 2 expected"));
  asked_.inputs = {input("x", {2}, folder() / "none")};
  EXPECT_THAT(warm({info("x", {-1, 2})}, true, true), HasSubstr("none: cannot be read"));
  asked_.inputs = {input("x", {1 << 20})};
  asked_.batch_size = 1 << 20;
  EXPECT_THAT(warm({info("x", {-1, -1})}, true, true), HasSubstr("more than the 256 MiB"));
  EXPECT_THAT(runner_.shapes, IsEmpty());
}

}  // namespace
}  // namespace slipway::models
