#include "front/http/multipart.hpp"

#include <gmock/gmock.h>

#include <string>

namespace slipway::front::http {
namespace {

using namespace std::string_literals;

constexpr std::string_view type = "multipart/form-data; boundary=\"b\"";
const std::string two =
    "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n"
    "--b\r\ncontent-disposition: form-data; filename=\"a; name=\\\"b\\\" é.wav\"; name=\"file\"\r\nContent-Type: "
    "audio/wav\r\n\r\n"
    "RI\r\nFF\0--b\r\n--b--\r\n"s;

TEST(Multipart, GivesThePartsWithTheirNamesAndTypes) {
  const auto parts = multipart_parts(type, two);
  ASSERT_TRUE(parts) << parts.error().message();
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ(parts->at(0).name, "model");
  EXPECT_EQ(parts->at(0).content, "m");
  EXPECT_EQ(parts->at(1).name, "file");
  EXPECT_EQ(parts->at(1).content_type, "audio/wav");
  EXPECT_EQ(parts->at(1).content, "RI\r\nFF\0--b"s);
}

TEST(Multipart, SkipsWhatStandsBeforeTheFirstPart) {
  const auto parts = multipart_parts(type, "preamble\r\n" + two);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->size(), 2U);
}

TEST(Multipart, SaysWhatIsWrong) {
  const auto says = [](std::string_view content_type, std::string_view body) {
    const auto parts = multipart_parts(content_type, body);
    return parts ? "none" : parts.error().message();
  };
  EXPECT_THAT(says("multipart/form-data", two), testing::HasSubstr("boundary"));
  EXPECT_THAT(says("multipart/form-data; boundary=other", two), testing::HasSubstr("\"other\""));
  for (std::size_t length = 3; length < two.size() - 4; ++length)
    EXPECT_NE(says(type, std::string_view(two).substr(0, length)), "none") << length;
  std::string many;
  for (int i = 0; i < 101; ++i) many += "--b\r\n\r\n\r\n";
  EXPECT_THAT(says(type, many + "--b--"), testing::HasSubstr("more than 100"));
}

}  // namespace
}  // namespace slipway::front::http
