#include "front/grpc/outgoing.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>
#include <vector>

namespace slipway::front::grpc {
namespace {

std::string text_of(const Outgoing& outgoing) {
  std::string text;
  for (const auto& buffer : outgoing.buffers()) text.append(static_cast<const char*>(buffer.data()), buffer.size());
  return text;
}

std::vector<core::Buffer> parts(const std::vector<std::string>& texts) {
  std::vector<core::Buffer> made;
  for (const std::string& text : texts) made.push_back(core::Buffer::copy_of(std::string_view(text)));
  return made;
}

TEST(MessageQueue, GivesMessagesWithTheirLengthHoweverTheyAreTaken) {
  const std::string large(10'000, 'l');
  const std::string expected = std::string("\0\0\0\0\3abc", 8) + std::string("\0\0\0\x27\x11", 5) + "s" + large;
  for (std::size_t step : {1U, 7U, 5000U, 100'000U}) {
    MessageQueue queue;
    queue.push(parts({"a", "", "bc"}));
    queue.push(parts({"s", large}));
    EXPECT_EQ(queue.messages(), 2U);
    Outgoing out;
    while (queue.bytes() > 0) queue.take(step, out);
    EXPECT_EQ(text_of(out), expected) << step;
    EXPECT_EQ(out.size(), expected.size());
    EXPECT_EQ(queue.messages(), 0U);
  }
}

TEST(MessageQueue, CountsWhatWasNotTakenWhole) {
  MessageQueue queue;
  queue.push(parts({"abc"}));
  queue.push(parts({""}));
  Outgoing out;
  queue.take(7, out);
  EXPECT_EQ(queue.messages(), 2U);
  queue.take(1, out);
  EXPECT_EQ(queue.messages(), 1U);
  queue.take(5, out);
  EXPECT_EQ(queue.messages(), 0U);
}

TEST(MessageQueue, KeepsNoMoreThanWhatWaits) {
  MessageQueue queue;
  const std::string text(1000, 'x');
  queue.push(parts({text}));
  const std::size_t before = mallinfo2().uordblks;
  for (int i = 0; i < 20'000; ++i) {  // one waits at all times
    queue.push(parts({text}));
    Outgoing out;
    queue.take(text.size() + 5, out);
  }
  EXPECT_EQ(queue.messages(), 1U);
  EXPECT_LT(mallinfo2().uordblks, before + (1U << 20U));
}

TEST(Outgoing, KeepsWhatWasLentUntilItIsCleared) {
  auto memory = std::make_shared<const core::Buffer>(core::Buffer::copy_of(std::string_view("lent")));
  const std::weak_ptr<const core::Buffer> watched = memory;
  Outgoing out;
  out.copy(std::as_bytes(std::span("a", 1)));
  out.lend(memory->bytes(), memory);
  memory.reset();
  out.copy(std::as_bytes(std::span("b", 1)));
  EXPECT_EQ(text_of(out), "alentb");
  EXPECT_FALSE(watched.expired());
  out.clear();
  EXPECT_TRUE(watched.expired());
  EXPECT_EQ(out.size(), 0U);
}

}  // namespace
}  // namespace slipway::front::grpc
