#include "transform/bytes.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <string>

#include "transform/testdata/magika_features.hpp"

namespace slipway::transform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

core::TensorInfo row_input(core::DataType dtype, std::int64_t width) {
  return {.name = "x", .dtype = dtype, .shape = {-1, width}, .dim_names = {}};
}

template <class T>
std::vector<T> row_of(const config::BytesTransformSpec& spec, core::DataType dtype, std::string_view file) {
  const auto tensor = bytes_to_tensor(spec, row_input(dtype, spec.head + spec.tail), std::as_bytes(std::span(file)));
  EXPECT_TRUE(tensor) << tensor.error().message();
  EXPECT_EQ(tensor->shape, (core::Shape{1, spec.head + spec.tail}));
  EXPECT_TRUE(core::check_size(tensor->view()));
  std::vector<T> row(tensor->data.size() / sizeof(T));
  std::memcpy(row.data(), tensor->data.data(), tensor->data.size());
  return row;
}

std::vector<std::int32_t> row_of(const config::BytesTransformSpec& spec, std::string_view file) {
  return row_of<std::int32_t>(spec, core::DataType::int32, file);
}

TEST(Bytes, TakesStripsAndPadsBothEnds) {
  const config::BytesTransformSpec spec{.input = "", .head = 3, .tail = 3, .block = 8, .strip = true, .pad = 256};
  EXPECT_THAT(row_of(spec, ""), ElementsAre(256, 256, 256, 256, 256, 256));
  EXPECT_THAT(row_of(spec, " a\n"), ElementsAre('a', '\n', 256, 256, ' ', 'a'));
  EXPECT_THAT(row_of(spec, "abcdefgh"), ElementsAre('a', 'b', 'c', 'f', 'g', 'h'));
  EXPECT_THAT(row_of(spec, "\xff\x01"), ElementsAre(255, 1, 256, 256, 255, 1));
}

TEST(Bytes, LooksNoFurtherThanABlockFromEachEnd) {
  const config::BytesTransformSpec spec{.input = "", .head = 2, .tail = 2, .block = 4, .strip = true, .pad = -1};
  EXPECT_THAT(row_of(spec, "    ab    "), ElementsAre(-1, -1, -1, -1));
  EXPECT_THAT(row_of(spec, "   ab   "), ElementsAre('a', -1, -1, 'b'));
}

TEST(Bytes, KeepsWhiteSpaceUnlessTold) {
  const config::BytesTransformSpec spec{.input = "", .head = 2, .tail = 1, .block = 8, .strip = false, .pad = 0};
  EXPECT_THAT(row_of(spec, " ab "), ElementsAre(' ', 'a', ' '));
}

TEST(Bytes, WorksWithOneEndAlone) {
  EXPECT_THAT(row_of({.input = "", .head = 2, .tail = 0, .block = 8, .strip = false, .pad = 0}, "abc"),
              ElementsAre('a', 'b'));
  EXPECT_THAT(row_of({.input = "", .head = 0, .tail = 2, .block = 8, .strip = false, .pad = 0}, "abc"),
              ElementsAre('b', 'c'));
}

TEST(Bytes, WritesEveryTypeOfNumber) {
  const config::BytesTransformSpec spec{.input = "", .head = 2, .tail = 0, .block = 8, .strip = false, .pad = 7};
  EXPECT_THAT(row_of<std::uint8_t>(spec, core::DataType::uint8, "\xfe"), ElementsAre(254, 7));
  EXPECT_THAT(row_of<std::int16_t>(spec, core::DataType::int16, "\xfe"), ElementsAre(254, 7));
  EXPECT_THAT(row_of<std::uint16_t>(spec, core::DataType::uint16, "\xfe"), ElementsAre(254, 7));
  EXPECT_THAT(row_of<std::uint32_t>(spec, core::DataType::uint32, "\xfe"), ElementsAre(254, 7));
  EXPECT_THAT(row_of<std::int64_t>(spec, core::DataType::int64, "\xfe"), ElementsAre(254, 7));
  EXPECT_THAT(row_of<std::uint64_t>(spec, core::DataType::uint64, "\xfe"), ElementsAre(254, 7));
  EXPECT_THAT(row_of<float>(spec, core::DataType::fp32, "\xfe"), ElementsAre(254, 7));
  EXPECT_THAT(row_of<double>(spec, core::DataType::fp64, "\xfe"), ElementsAre(254, 7));
}

TEST(Bytes, SaysWhatDoesNotFit) {
  config::BytesTransformSpec spec{.input = "", .head = 2, .tail = 2, .block = 8, .strip = false, .pad = 256};
  const auto sentence = [&](core::DataType dtype, std::int64_t width) {
    return bytes_to_tensor(spec, row_input(dtype, width), {}).error().message();
  };
  EXPECT_EQ(sentence(core::DataType::int32, 5),
            "transform bytes gives a row of numbers [1,4], input \"x\" takes INT32 [-1,5]");
  EXPECT_THAT(sentence(core::DataType::boolean, 4), HasSubstr("takes BOOL [-1,4]"));
  EXPECT_EQ(sentence(core::DataType::uint8, 4),
            "transform bytes: pad 256 does not fit input \"x\", which is UINT8: 0 to 255 expected");
  spec.pad = -1;
  EXPECT_THAT(sentence(core::DataType::uint64, 4), HasSubstr("pad -1 does not fit"));
}

/// The byte string that testdata/magika_features.py makes.
std::string made(const MagikaRow& expected) {
  constexpr std::string_view space = " \t\n\v\f\r";
  std::string file;
  for (std::size_t i = 0; i < expected.before; ++i) file += space[i % space.size()];
  for (std::size_t i = 0; i < expected.length; ++i) file += static_cast<char>((i * i * 31 + i / 256 * 13 + 65) % 256);
  for (std::size_t i = 0; i < expected.after; ++i) file += space[i % space.size()];
  return file;
}

std::uint64_t fnv(const std::vector<std::int32_t>& row) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const std::int32_t number : row) {
    for (const auto byte : {static_cast<std::uint64_t>(number) & 255U, static_cast<std::uint64_t>(number) >> 8U}) {
      value = (value ^ byte) * 0x100000001b3;
    }
  }
  return value;
}

TEST(Bytes, MakesOfAFileWhatMagikaMakesOfIt) {
  const config::BytesTransformSpec spec{
      .input = "", .head = 1024, .tail = 1024, .block = 4096, .strip = true, .pad = 256};
  for (const MagikaRow& expected : magika_rows) {
    const auto row = row_of(spec, made(expected));
    const std::string which = fmt::format("{} + {} + {} bytes", expected.before, expected.length, expected.after);
    EXPECT_THAT((std::array{row[0], row[512], row[1024], row[1536]}), ::testing::ElementsAreArray(expected.quarters))
        << which;
    EXPECT_EQ(fnv(row), expected.hash) << which;
  }
}

}  // namespace
}  // namespace slipway::transform
