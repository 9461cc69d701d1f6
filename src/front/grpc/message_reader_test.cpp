#include "front/grpc/message_reader.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

#include "front/compression.hpp"
#include "front/grpc/test_client.hpp"

namespace slipway::front::grpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

core::Result<void> add(MessageReader& reader, std::string_view bytes) {
  return reader.add(std::as_bytes(std::span(bytes)));
}

/// Those that have come whole; an error ends them.
core::Result<std::vector<std::string>> texts(MessageReader& reader) {
  std::vector<std::string> out;
  while (true) {
    TRY(const auto message, reader.next());
    if (!message) return out;
    out.emplace_back(message->text());
  }
}

TEST(MessageReader, TakesMessagesHoweverTheyAreCut) {
  const std::string bytes = framed("one") + framed("") + framed(std::string(300, 'x'));
  for (std::size_t piece : {1U, 2U, 7U, 1000U}) {
    MessageReader reader(1000, "");
    std::vector<std::string> all;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      ASSERT_TRUE(add(reader, std::string_view(bytes).substr(at, piece)));
      const auto whole = texts(reader);
      all.insert(all.end(), whole->begin(), whole->end());
    }
    EXPECT_THAT(all, ElementsAre("one", "", std::string(300, 'x'))) << piece;
    EXPECT_EQ(reader.held(), 0U);
  }
}

TEST(MessageReader, KeepsWhatIsNotAskedForAsItCame) {
  const std::string bytes = framed("one") + framed("") + framed("three");
  for (std::size_t piece : {1U, 6U, 1000U}) {
    MessageReader reader(1000, "");
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      ASSERT_TRUE(add(reader, std::string_view(bytes).substr(at, piece)));
    EXPECT_TRUE(reader.has_whole_message());
    EXPECT_EQ(reader.held(), bytes.size());
    EXPECT_EQ((*reader.next())->text(), "one");
    EXPECT_EQ(reader.held(), bytes.size() - framed("one").size());
    EXPECT_THAT(*texts(reader), ElementsAre("", "three"));
  }
}

TEST(MessageReader, ABusyStreamTakesNoMemoryForWhatItHasGiven) {
  const std::string one = framed(std::string(1000, 'x'));
  MessageReader reader(1000, "");
  ASSERT_TRUE(add(reader, one + one + one));
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(add(reader, one));
    ASSERT_EQ((*reader.next())->size(), 1000U);
    ASSERT_EQ(reader.held(), 3 * one.size());
  }
  EXPECT_LT(reader.room(), 20 * one.size());
}

TEST(MessageReader, KnowsThatOneHasNotComeWhole) {
  for (std::size_t come : {1U, 4U, 5U, 7U}) {
    MessageReader reader(1000, "");
    ASSERT_TRUE(add(reader, std::string_view(framed("three")).substr(0, come)));
    EXPECT_EQ(reader.held(), come);
    EXPECT_FALSE(reader.has_whole_message());
    EXPECT_TRUE(texts(reader)->empty());
  }
}

TEST(MessageReader, RefusesWhatIsTooLongByItsPrefix) {
  const std::string prefix = framed("01234567890").substr(0, 5);
  MessageReader reader(10, "");
  const auto refused = add(reader, prefix);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), core::Code::resource_exhausted);
  EXPECT_THAT(refused.error().message(), HasSubstr("11 bytes long, 10"));
  MessageReader second(10, "");
  ASSERT_TRUE(add(second, framed("one") + prefix));
  EXPECT_EQ((*second.next())->text(), "one");
  EXPECT_EQ(second.next().error().code(), core::Code::resource_exhausted);
}

TEST(MessageReader, Inflates) {
  std::vector<core::Buffer> parts;
  parts.push_back(core::Buffer::copy_of(std::string_view("packed text")));
  for (const auto& [coding, name] : {std::pair(Coding::gzip, "gzip"), std::pair(Coding::deflate, "deflate")}) {
    MessageReader reader(100, name);
    ASSERT_TRUE(add(reader, framed(compress(parts, coding).text(), 1) + framed("plain")));
    EXPECT_THAT(*texts(reader), ElementsAre("packed text", "plain"));
  }
}

TEST(MessageReader, RefusesWhatItCannotInflate) {
  std::vector<core::Buffer> parts;
  parts.push_back(core::Buffer::copy_of(std::string_view(std::string(100'000, '0'))));
  const std::string bomb = framed(compress(parts, Coding::gzip).text(), 1);
  const auto code = [](const std::string& encoding, const std::string& bytes) {
    MessageReader reader(1000, encoding);
    const auto added = add(reader, bytes);
    const auto taken = texts(reader);
    return added && !taken ? taken.error().code() : core::Code::unknown;
  };
  EXPECT_EQ(code("gzip", bomb), core::Code::resource_exhausted);
  EXPECT_EQ(code("gzip", framed("damaged", 1)), core::Code::invalid_argument);
  EXPECT_EQ(code("snappy", framed("x", 1)), core::Code::unimplemented);
  EXPECT_EQ(code("", framed("x", 1)), core::Code::internal);
}

}  // namespace
}  // namespace slipway::front::grpc
