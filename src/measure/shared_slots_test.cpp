#include "measure/shared_slots.hpp"

#include <gmock/gmock.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::measure {
namespace {

std::vector<core::Tensor> two_inputs() {
  std::vector<core::Tensor> inputs(2);
  inputs[0] = {.name = "a", .dtype = core::DataType::uint8, .shape = {3}, .data = core::Buffer::copy_of("abc")};
  inputs[1] = {.name = "b", .dtype = core::DataType::uint8, .shape = {2}, .data = core::Buffer::copy_of("de")};
  return inputs;
}

std::string bytes_at(const core::SharedRegion& region, std::uint64_t at, std::size_t count) {
  std::string bytes(count, '\0');
  EXPECT_TRUE(region.read(at, std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

TEST(SharedSlots, HaveEachTensorAtAnAlignedPlace) {
  const SlotLayout layout = lay_out(two_inputs(), {{.name = "y", .size_bytes = 65}, {.name = "z", .size_bytes = 1}});
  EXPECT_EQ(layout.inputs[0].offset_bytes, 0U);
  EXPECT_EQ(layout.inputs[1].offset_bytes, 64U);
  EXPECT_EQ(layout.inputs[1].size_bytes, 2U);
  EXPECT_EQ(layout.outputs[0].offset_bytes, 128U);
  EXPECT_EQ(layout.outputs[1].offset_bytes, 256U);
  EXPECT_EQ(layout.size_bytes, 320U);
}

TEST(SharedSlots, HaveTheInputsInEachSlot) {
  const auto inputs = two_inputs();
  const SlotLayout layout = lay_out(inputs, {});
  const auto made = SharedSlots::make(layout, 3, inputs);
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->region().size_bytes, 3 * layout.size_bytes);
  const auto opened = core::SharedRegion::open(made->region());
  ASSERT_TRUE(opened) << opened.error().message();
  for (std::uint64_t slot = 0; slot < 3; ++slot) {
    EXPECT_EQ(bytes_at(**opened, slot * layout.size_bytes, 3), "abc");
    EXPECT_EQ(bytes_at(**opened, slot * layout.size_bytes + 64, 2), "de");
  }
}

TEST(SharedSlots, LeaveNothing) {
  core::RegionSpec spec;
  std::shared_ptr<const core::SharedRegion> opened;
  {
    auto made = SharedSlots::make(lay_out(two_inputs(), {}), 1, two_inputs());
    ASSERT_TRUE(made) << made.error().message();
    SharedSlots moved(*std::move(made));
    spec = moved.region();
    opened = *core::SharedRegion::open(spec);
  }
  EXPECT_FALSE(core::SharedRegion::open(spec));
  EXPECT_EQ(bytes_at(*opened, 0, 3), "abc");  // who had it open keeps it
  auto forgotten = SharedSlots::make(lay_out(two_inputs(), {}), 1, two_inputs());
  forgotten->forget_name();
  EXPECT_FALSE(core::SharedRegion::open(forgotten->region()));
}

TEST(SharedSlots, SayWhenTheyDoNotFit) {
  const auto made = SharedSlots::make(lay_out({}, {{.name = "y", .size_bytes = 1ULL << 60U}}), 4, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), core::Code::resource_exhausted);
  EXPECT_THAT(made.error().message(), ::testing::HasSubstr("--shared-memory: an object of 4611686018427387904 bytes"));
}

}  // namespace
}  // namespace slipway::measure
