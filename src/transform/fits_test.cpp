#include "transform/fits.hpp"

#include <gmock/gmock.h>

namespace slipway::transform {
namespace {

using ::testing::HasSubstr;

core::TensorInfo info(std::string name, core::DataType dtype, core::Shape shape) {
  return {.name = std::move(name), .dtype = dtype, .shape = std::move(shape), .dim_names = {}};
}

class Fits : public ::testing::Test {
 protected:
  std::string sentence() const {
    const auto checked = check_fits(spec_, inputs_, outputs_);
    if (checked) return "no error";
    EXPECT_EQ(checked.error().code(), core::Code::invalid_argument);
    return checked.error().message();
  }
  config::ModelSpec spec_;
  std::vector<core::TensorInfo> inputs_{info("x", core::DataType::int32, {-1, 4})};
  std::vector<core::TensorInfo> outputs_{info("y", core::DataType::fp32, {-1, 2}),
                                         info("z", core::DataType::int64, {-1})};
};

TEST_F(Fits, WithoutTransformsAnyModel) { EXPECT_EQ(sentence(), "no error"); }

TEST_F(Fits, TransformsOfTheRightSizeAndName) {
  spec_.bytes_input = config::BytesTransformSpec{.input = "", .head = 3, .tail = 1};
  spec_.labels_output = config::LabelsTransformSpec{.output = "y", .labels = {"a", "b"}};
  EXPECT_EQ(sentence(), "no error");
}

TEST_F(Fits, NotAnInputThatIsNotThereOrOfAnotherSize) {
  spec_.bytes_input = config::BytesTransformSpec{.input = "w", .head = 4};
  EXPECT_EQ(sentence(), "transform bytes: the model has no input \"w\"; there are: \"x\"");
  spec_.bytes_input = config::BytesTransformSpec{.input = "x", .head = 4, .tail = 4};
  EXPECT_THAT(sentence(), HasSubstr("gives a row of numbers [1,8]"));
}

TEST_F(Fits, NotAnOutputThatIsNotNamedOrHasOtherClasses) {
  spec_.labels_output = config::LabelsTransformSpec{};
  EXPECT_EQ(sentence(), "transform labels: it must name one of the model's outputs; there are: \"y\", \"z\"");
  spec_.labels_output = config::LabelsTransformSpec{.output = "y", .labels = {"a"}};
  EXPECT_THAT(sentence(), HasSubstr("1 labels are named, output \"y\" has 2 classes"));
}

}  // namespace
}  // namespace slipway::transform
