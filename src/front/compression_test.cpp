#include "front/compression.hpp"

#include <gtest/gtest.h>

namespace slipway::front {
namespace {

core::Buffer text(std::string_view value) { return core::Buffer::copy_of(value); }

core::Buffer packed(const std::string& value, Coding coding) {
  std::vector<core::Buffer> parts;
  parts.push_back(text(value.substr(0, value.size() / 2)));
  parts.push_back(text(value.substr(value.size() / 2)));
  return compress(parts, coding);
}

TEST(Compression, GoesThereAndBack) {
  const std::string value(100'000, 'a');
  EXPECT_EQ(decompress(packed(value, Coding::gzip), "gzip", 1'000'000)->text(), value);
  EXPECT_EQ(decompress(packed(value, Coding::deflate), "deflate", 1'000'000)->text(), value);
  EXPECT_EQ(decompress(packed("", Coding::gzip), "gzip", 10)->size(), 0U);
}

TEST(Compression, IsBoundedAndNamesWhatIsWrong) {
  const core::Buffer bomb = packed(std::string(1'000'000, '0'), Coding::gzip);
  EXPECT_EQ(decompress(bomb, "gzip", 999'999).error().code(), core::Code::resource_exhausted);
  EXPECT_TRUE(decompress(bomb, "gzip", 1'000'000));
  EXPECT_EQ(decompress(text("not gzip at all"), "gzip", 100).error().code(), core::Code::invalid_argument);
  core::Buffer cut = packed("hello hello hello", Coding::gzip);
  cut.resize(cut.size() - 4);
  EXPECT_EQ(decompress(cut, "gzip", 100).error().code(), core::Code::invalid_argument);
  EXPECT_EQ(decompress(text("x"), "br", 100).error().message(),
            "Content-Encoding \"br\" given, one of gzip, deflate, identity expected");
}

TEST(Compression, TakesSeveralMembersOfGzip) {
  const core::Buffer one = packed("one ", Coding::gzip);
  const core::Buffer two = packed("two", Coding::gzip);
  const core::Buffer both = text(std::string(one.text()) + std::string(two.text()));
  EXPECT_EQ(decompress(both, "gzip", 100).value().text(), "one two");
  EXPECT_EQ(decompress(both, "gzip", 5).error().code(), core::Code::resource_exhausted);
  const auto cut = decompress(text(both.text().substr(0, both.size() - 1)), "gzip", 100);
  EXPECT_EQ(cut.error().code(), core::Code::invalid_argument);
}

TEST(Compression, SaysHowFarItCame) {
  const core::Buffer wrapped = packed(std::string(1000, 'a'), Coding::deflate);
  const std::string raw(wrapped.text().substr(2, wrapped.size() - 6));
  EXPECT_EQ(decompress(text(raw + "xx"), "deflate", 2000).error().message(),
            "2 bytes follow the end of the compressed body");
  EXPECT_EQ(decompress(text(std::string(wrapped.text()) + "\x1f\x8b"), "deflate", 2000).error().message(),
            "2 bytes follow the end of the compressed body");
  EXPECT_EQ(decompress(core::Buffer(0), "br", 2000).error().code(), core::Code::unimplemented);
  EXPECT_EQ(decompress(core::Buffer(0), "gzip", 2000).error().message(), "the compressed body is empty");
}

TEST(Compression, InflatesAPartAtATime) {
  const std::string value(100'000, 'a');
  const core::Buffer wrapped = packed(value, Coding::deflate);
  // without zlib's two bytes before and four behind it is what many call deflate
  const core::Buffer raw = text(wrapped.text().substr(2, wrapped.size() - 6));
  for (const core::Buffer* body : {&wrapped, &raw}) {
    Inflation inflation(*body, "deflate", value.size());
    std::size_t steps = 1;
    auto inflated = inflation.step(1000);
    for (; !inflated; ++steps) inflated = inflation.step(1000);
    ASSERT_TRUE(*inflated) << inflated->error().message();
    EXPECT_EQ((*inflated)->text(), value);
    EXPECT_GE(steps, value.size() / 1000);
  }
}

TEST(Compression, TakesAPartAtATimeOfWhatHoldsNothing) {
  std::string blocks;  // stored, and empty
  for (int i = 0; i < 1000; ++i) blocks += std::string("\0\0\0\xff\xff", 5);
  blocks += std::string("\1\0\0\xff\xff", 5);
  const std::string four(
      "\0\4\0\xfb\xff"
      "abcd",
      9);
  for (const std::string& before : {std::string(), four}) {  // which leaves no room
    const core::Buffer raw = text(before + blocks);
    Inflation inflation(raw, "deflate", 4);
    std::size_t steps = 1;
    auto inflated = inflation.step(50);
    for (; !inflated; ++steps) inflated = inflation.step(50);
    ASSERT_TRUE(*inflated) << inflated->error().message();
    EXPECT_EQ((*inflated)->size(), before.empty() ? 0U : 4U);
    EXPECT_GE(steps, 100U);
    EXPECT_LE(steps, 110U);
  }
}

TEST(Compression, ChoosesWhatTheClientPrefers) {
  EXPECT_EQ(chosen_coding(""), Coding::identity);
  EXPECT_EQ(chosen_coding("gzip, deflate"), Coding::gzip);
  EXPECT_EQ(chosen_coding("deflate;q=1.0, gzip;q=0.5"), Coding::deflate);
  EXPECT_EQ(chosen_coding("gzip;q=0"), Coding::identity);
  EXPECT_EQ(chosen_coding("br, *;q=0.1"), Coding::gzip);
}

}  // namespace
}  // namespace slipway::front
