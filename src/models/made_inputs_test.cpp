#include "models/made_inputs.hpp"

#include <gmock/gmock.h>

namespace slipway::models {
namespace {

using ::testing::ElementsAre;

core::TensorInfo info(core::DataType dtype, core::Shape shape) {
  return {.name = "t", .dtype = dtype, .shape = std::move(shape), .dim_names = {}};
}

TEST(MadeInputs, AreWholeTensorsOfEveryType) {
  for (int type = 1; type <= 14; ++type) {
    const auto made = made_inputs({info(static_cast<core::DataType>(type), {-1, 3, -1})}, {.rows = 2, .others = 4});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->at(0).shape, (core::Shape{2, 3, 4}));
    EXPECT_TRUE(core::check_size(made->at(0).view())) << core::name_of(made->at(0).dtype);
  }
}

TEST(MadeInputs, AreTheSameEachTimeAndHaveDifferentRows) {
  for (const auto& description : {info(core::DataType::fp32, {-1, 4}), info(core::DataType::int64, {-1}),
                                  info(core::DataType::boolean, {-1, 1}), info(core::DataType::bytes, {-1})}) {
    const auto made = made_inputs({description}, {.rows = 2, .others = 1});
    const auto again = made_inputs({description}, {.rows = 2, .others = 1});
    const auto bytes = made->at(0).data.bytes();
    EXPECT_TRUE(std::ranges::equal(bytes, again->at(0).data.bytes()));
    EXPECT_FALSE(std::ranges::equal(bytes.first(bytes.size() / 2), bytes.subspan(bytes.size() / 2)));
  }
}

TEST(MadeInputs, AreNotMadeWhereTheyWouldBeHuge) {
  EXPECT_FALSE(made_inputs({info(core::DataType::fp32, {1 << 20, 1 << 20})}, {}));
  EXPECT_FALSE(made_inputs({info(core::DataType::uint8, {INT64_MAX, 4})}, {}));
  EXPECT_FALSE(made_inputs({info(core::DataType::fp64, {5 << 20}), info(core::DataType::fp64, {5 << 20})}, {}));
}

TEST(MadeInputs, ScalarsAndEmptyTensorsAreFine) {
  const auto made = made_inputs({info(core::DataType::fp32, {}), info(core::DataType::fp32, {0, -1})}, {});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->at(0).data.size(), sizeof(float));
  EXPECT_EQ(made->at(1).data.size(), 0U);
}

TEST(Guesses, ArePicturesSidesForPictures) {
  EXPECT_THAT(guesses_for({info(core::DataType::fp32, {-1, 3, -1, -1})}), ElementsAre(64, 48, 32));
  EXPECT_THAT(guesses_for({info(core::DataType::int64, {-1, -1})}), ElementsAre(8, 16, 1));
}

}  // namespace
}  // namespace slipway::models
