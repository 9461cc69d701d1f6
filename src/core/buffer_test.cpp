#include "core/buffer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace slipway::core {
namespace {

bool aligned(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer) % Buffer::alignment == 0; }

TEST(Buffer, IsEmptyAtFirst) {
  const Buffer buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.data(), nullptr);
  EXPECT_EQ(buffer.text(), "");
}

TEST(Buffer, IsAlignedAndPadded) {
  for (const std::size_t size : {0U, 1U, 63U, 64U, 1000U}) {
    Buffer buffer(size);
    EXPECT_TRUE(aligned(buffer.data()));
    std::memset(buffer.data(), 1, size + Buffer::padding);  // the sanitizer says when it is not all there
  }
}

TEST(Buffer, LeadAlignsWhatFollowsAHeader) {
  Buffer buffer(100, 64 - 37);
  EXPECT_TRUE(aligned(buffer.data() + 37));
  std::memcpy(buffer.data(), "head", 4);
  buffer.resize(10'000);
  EXPECT_TRUE(aligned(buffer.data() + 37));
  EXPECT_EQ(buffer.text().substr(0, 4), "head");
}

TEST(Buffer, KeepsItsPlaceWithinItsCapacity) {
  Buffer buffer = Buffer::copy_of(std::string_view("0123456789"));
  const std::byte* place = buffer.data();
  buffer.resize(4);
  EXPECT_EQ(buffer.text(), "0123");
  buffer.resize(10);
  EXPECT_EQ(buffer.data(), place);
  EXPECT_EQ(buffer.text(), "0123456789");
}

TEST(Buffer, DoublesWhenItGrows) {
  Buffer buffer(100);
  buffer.resize(101);
  EXPECT_EQ(buffer.size(), 101U);
  EXPECT_EQ(buffer.capacity(), 200U);
}

TEST(Buffer, GrowsFromNothing) {
  Buffer buffer;
  buffer.resize(0);
  buffer.resize(3);
  std::memcpy(buffer.data(), "abc", 3);
  EXPECT_EQ(buffer.text(), "abc");
}

TEST(Buffer, MovesWithoutCopyingAndLeavesNothing) {
  Buffer from = Buffer::copy_of(std::string_view("abc"));
  const std::byte* place = from.data();
  Buffer to = std::move(from);
  EXPECT_EQ(to.data(), place);
  EXPECT_EQ(to.text(), "abc");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(from.text(), "");
  from = std::move(to);
  EXPECT_EQ(from.text(), "abc");
  to.resize(5);  // NOLINT(bugprone-use-after-move): usable again
  EXPECT_EQ(to.size(), 5U);
}

}  // namespace
}  // namespace slipway::core
