#include "speech/audio_type.hpp"

#include <gmock/gmock.h>

#include <string_view>

namespace slipway::speech {
namespace {

using Form = AudioType::Form;

core::Result<AudioType> type(std::string_view content_type, std::string_view head) {
  return audio_type(content_type, std::as_bytes(std::span(head)));
}

TEST(AudioType, OfBareSamplesIsWhatTheHeaderSays) {
  const auto found = type("audio/L16; rate=44100; channels=2; endianness=big-endian", "");
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->form, Form::pcm16);
  EXPECT_EQ(found->rate, 44100U);
  EXPECT_EQ(found->channels, 2U);
  EXPECT_TRUE(found->big_endian);
  EXPECT_EQ(type("audio/mulaw;rate=8000", "")->form, Form::mulaw);
  EXPECT_EQ(type("audio/alaw;rate=8000", "")->form, Form::alaw);
  EXPECT_EQ(type("audio/basic", "")->rate, 8000U);
}

TEST(AudioType, OfAContainerIsWhatItsBytesSay) {
  for (const char* header : {"", "audio/wav", "audio/ogg;codecs=opus", "application/octet-stream"}) {
    EXPECT_EQ(type(header, "RIFFxxxxWAVE")->form, Form::file) << header;
    EXPECT_EQ(type(header, "\x1a\x45\xdf\xa3")->form, Form::webm) << header;
    EXPECT_EQ(type(header, "\xff\xfb\x90")->form, Form::file) << header;
  }
}

TEST(AudioType, SaysWhatIsWrong) {
  const auto says = [](std::string_view header, std::string_view head) { return type(header, head).error().message(); };
  EXPECT_THAT(says("audio/l16", ""), testing::HasSubstr("rate is missing"));
  EXPECT_THAT(says("audio/l16;rate=0", ""), testing::HasSubstr("rate=0"));
  EXPECT_THAT(says("audio/l16;rate=fast", ""), testing::HasSubstr("1000 to 384000"));
  EXPECT_THAT(says("audio/l16;rate=8000;channels=99", ""), testing::HasSubstr("channels=99"));
  EXPECT_THAT(says("audio/l16;rate=8000;endianness=middle", ""), testing::HasSubstr("middle"));
  EXPECT_THAT(says("text/plain", "hello"), testing::HasSubstr("text/plain"));
  EXPECT_THAT(says("audio/wav", "hello"), testing::HasSubstr("no form that is known"));
  EXPECT_THAT(says("audio/wav", ""), testing::HasSubstr("empty"));
}

}  // namespace
}  // namespace slipway::speech
