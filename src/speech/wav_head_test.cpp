#include "speech/wav_head.hpp"

#include <gmock/gmock.h>

#include <string>

namespace slipway::speech {
namespace {

using namespace std::string_literals;

std::optional<WavHead> head(const std::string& text) { return wav_head(std::as_bytes(std::span(text))); }

const std::string format =
    "fmt \x10\x00\x00\x00\x01\x00\x02\x00\x80\xbb\x00\x00\x00\xee\x02\x00\x04\x00\x10\x00"s;  // PCM, stereo, 48 kHz

TEST(WavHead, TellsTheTypeAndWhereTheSamplesBegin) {
  const auto found = head("RIFF\xff\xff\xff\xffWAVE"s + format + "LIST\x03\x00\x00\x00"s + "abc\0"s +
                          "data\x08\x00\x00\x00"s + "samples!");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->type.rate, 48000U);
  EXPECT_EQ(found->type.channels, 2U);
  EXPECT_EQ(found->samples_at, 12U + 24 + 12 + 8);
}

TEST(WavHead, IsNoneOfOtherFilesAndOfPartsOfOne) {
  EXPECT_FALSE(head("fLaC"));
  EXPECT_FALSE(head("RIFF\xff\xff\xff\xffWAVE"s));
  EXPECT_FALSE(head("RIFF\xff\xff\xff\xffWAVE"s + format));
  std::string floats = format;
  floats[8] = 3;
  EXPECT_FALSE(head("RIFF\xff\xff\xff\xffWAVE"s + floats + "data\x08\x00\x00\x00"s));
}

}  // namespace
}  // namespace slipway::speech
