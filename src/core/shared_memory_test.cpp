#include "core/shared_memory.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>
#include <span>
#include <string>

#include "core/test_shared_object.hpp"

namespace slipway::core {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string sentence(const auto& result) { return result ? std::string("no error") : result.error().message(); }
std::optional<Code> code(const auto& result) {
  if (result) return std::nullopt;
  return result.error().code();
}

std::string read(const SharedSlice& slice) {
  std::string text(slice.size_bytes, '\0');
  const auto done = slice.region->read(slice.offset_bytes, std::as_writable_bytes(std::span(text)));
  return done ? text : done.error().message();
}

class SharedMemoryTest : public ::testing::Test {
 protected:
  TestSharedObject object_{"regions", 64};
  SharedMemory memory_{{.on = true, .regions_max = 3, .input_bytes_max = 64}};

  RegionSpec region(std::string name, std::uint64_t offset = 0, std::uint64_t size = 64) const {
    return {.name = std::move(name), .key = object_.key(), .offset_bytes = offset, .size_bytes = size};
  }
};

TEST_F(SharedMemoryTest, ReadsAndWritesWhatTheClientHas) {
  ASSERT_TRUE(memory_.add(region("r", 16, 32)));
  object_.put(20, "hello");
  const auto slice = memory_.slice("r", 4, 5);
  ASSERT_TRUE(slice) << sentence(slice);
  EXPECT_EQ(read(*slice), "hello");
  const std::string answer = "world";
  ASSERT_TRUE(slice->region->write(slice->offset_bytes, std::as_bytes(std::span(answer))));
  EXPECT_EQ(object_.get(20, 5), "world");
}

TEST_F(SharedMemoryTest, AFolderIsNoObject) {
  // that glibc keeps objects there is its affair; where it does not, there is no folder of that name
  const std::string folder = "/dev/shm/slipway-folder-" + std::to_string(getpid());
  if (mkdir(folder.c_str(), S_IRWXU) != 0) GTEST_SKIP() << "no folder can be made in /dev/shm";
  const auto added = memory_.add({.name = "r", .key = folder.substr(8), .offset_bytes = 0, .size_bytes = 1});
  rmdir(folder.c_str());
  EXPECT_EQ(code(added), Code::invalid_argument) << sentence(added);
  EXPECT_THAT(sentence(added), HasSubstr("is no shared memory object"));
}

TEST_F(SharedMemoryTest, ASliceOutlivesItsRegistrationAndTheObjectsName) {
  ASSERT_TRUE(memory_.add(region("r")));
  const auto slice = memory_.slice("r", 0, 2);
  memory_.remove_all();
  object_.put(0, "ok");
  EXPECT_EQ(read(*slice), "ok");
  EXPECT_EQ(code(memory_.slice("r", 0, 2)), Code::invalid_argument);
}

TEST_F(SharedMemoryTest, RegistersANameOnceAndForgetsItWhenAsked) {
  ASSERT_TRUE(memory_.add(region("b")));
  ASSERT_TRUE(memory_.add(region("a", 8, 8)));
  const auto again = memory_.add(region("a"));
  EXPECT_EQ(code(again), Code::already_exists);
  EXPECT_THAT(sentence(again), HasSubstr("\"a\" is already in manager"));
  const auto all = memory_.list("");
  ASSERT_THAT(*all, SizeIs(2));
  EXPECT_EQ(all->front().name, "a");
  EXPECT_EQ(all->front().offset_bytes, 8U);
  memory_.remove("a");
  memory_.remove("never registered");
  EXPECT_EQ(code(memory_.list("a")), Code::not_found);
  EXPECT_TRUE(memory_.add(region("a")));
}

TEST_F(SharedMemoryTest, HasABoundOfRegions) {
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(memory_.add(region(name)));
  EXPECT_EQ(code(memory_.add(region("d"))), Code::resource_exhausted);
}

TEST_F(SharedMemoryTest, RefusesRegionsThatAreNotWithinTheObject) {
  EXPECT_THAT(sentence(memory_.add(region("r", 0, 65))), HasSubstr("65 bytes from byte 0 on"));
  EXPECT_FALSE(memory_.add(region("r", 64, 1)));
  EXPECT_FALSE(memory_.add(region("r", std::numeric_limits<std::uint64_t>::max(), 2)));
  EXPECT_THAT(sentence(memory_.add(region("r", 0, 0))), HasSubstr("0 bytes given"));
  EXPECT_FALSE(memory_.add(region("")));
  EXPECT_FALSE(memory_.add(region(std::string(1025, 'a'))));
}

TEST_F(SharedMemoryTest, TakesKeysThatNameAnObjectAlone) {
  const auto with_key = [this](std::string key) {
    return memory_.add({.name = "r", .key = std::move(key), .offset_bytes = 0, .size_bytes = 8});
  };
  for (const char* wrong : {"", "/", "/.", "..", "/../etc/passwd", "/a/b"}) {
    EXPECT_EQ(code(with_key(wrong)), Code::invalid_argument) << wrong;
  }
  EXPECT_EQ(code(with_key(std::string("/a\0b", 4))), Code::invalid_argument);
  EXPECT_EQ(code(with_key("/slipway-test-not-there")), Code::not_found);
  EXPECT_TRUE(with_key(object_.key().substr(1)));  // without its slash
}

TEST_F(SharedMemoryTest, SlicesLieWithinTheirRegion) {
  ASSERT_TRUE(memory_.add(region("r", 0, 32)));
  EXPECT_TRUE(memory_.slice("r", 32, 0));
  EXPECT_THAT(sentence(memory_.slice("r", 16, 17)), HasSubstr("17 bytes from byte 16 on"));
  EXPECT_FALSE(memory_.slice("r", std::numeric_limits<std::uint64_t>::max(), 2));
  EXPECT_THAT(sentence(memory_.slice("q", 0, 1)), HasSubstr("no shared memory region \"q\""));
}

TEST_F(SharedMemoryTest, AnObjectThatIsCutShortIsAnError) {
  ASSERT_TRUE(memory_.add(region("r")));
  const auto slice = memory_.slice("r", 32, 32);
  object_.resize(40);
  EXPECT_THAT(read(*slice), HasSubstr("the object \"" + object_.key() + "\" has 40"));
  const std::string answer(32, 'x');
  const auto written = slice->region->write(slice->offset_bytes, std::as_bytes(std::span(answer)));
  EXPECT_EQ(code(written), Code::failed_precondition);
}

TEST_F(SharedMemoryTest, SwitchedOffItRegistersNothing) {
  SharedMemory off({.on = false, .regions_max = 3, .input_bytes_max = 64});
  EXPECT_EQ(code(off.add(region("r"))), Code::unimplemented);
  EXPECT_THAT(sentence(off.slice("r", 0, 1)), HasSubstr("--shared-memory"));
  EXPECT_THAT(*off.list(""), SizeIs(0));
}

}  // namespace
}  // namespace slipway::core
