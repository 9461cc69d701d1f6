#include "speech/place.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace slipway::speech {
namespace {

class PlaceTest : public testing::Test {
 protected:
  std::shared_ptr<Place::Held> held_ = std::make_shared<Place::Held>();
};

TEST_F(PlaceTest, AreSoMany) {
  std::vector<Place> taken;
  for (std::size_t i = 0; i < Place::recordings_max; ++i) taken.push_back(Place::take(held_, 1).value());
  EXPECT_THAT(Place::take(held_, 1).error().message(), testing::HasSubstr("64 recordings"));
  taken.pop_back();
  EXPECT_TRUE(Place::take(held_, 1));
}

TEST_F(PlaceTest, HoldSoMuchTogether) {
  Place first = Place::take(held_, 100).value();
  ASSERT_TRUE(first.grow(Place::bytes_max - 200));
  auto second = Place::take(held_, 60);
  ASSERT_TRUE(second);
  const auto more = second->grow(50);
  EXPECT_EQ(more.error().code(), core::Code::resource_exhausted);
  EXPECT_THAT(more.error().message(), testing::HasSubstr("1023 MB already"));
  EXPECT_TRUE(second->grow(40)) << "what was refused does not count";
}

TEST_F(PlaceTest, OneAloneMayBeOfAnySize) {
  Place alone = Place::take(held_, 2 * Place::bytes_max).value();
  EXPECT_TRUE(alone.grow(Place::bytes_max));
  EXPECT_FALSE(Place::take(held_, 1));
}

TEST_F(PlaceTest, GiveBackWhatTheyHold) {
  {
    Place moved = Place::take(held_, 5).value();
    const Place there = std::move(moved);
    EXPECT_FALSE(Place::take(held_, Place::bytes_max));
    EXPECT_EQ(held_->recordings, 1U);
    EXPECT_EQ(held_->bytes, 5U);
  }
  EXPECT_EQ(held_->recordings, 0U);
  EXPECT_EQ(held_->bytes, 0U);
}

}  // namespace
}  // namespace slipway::speech
