#include "speech/decode.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "core/test_memory_limit.hpp"

namespace slipway::speech {
namespace {

using ::testing::HasSubstr;

/// A WAV file of 8-bit mono samples.
std::string wav(std::uint32_t rate, std::size_t samples, char value = '\x80') {
  const auto number = [](std::uint32_t n, std::size_t bytes = 4) {
    std::string text(bytes, '\0');
    std::memcpy(text.data(), &n, bytes);
    return text;
  };
  const auto size = static_cast<std::uint32_t>(samples);
  return "RIFF" + number(36 + size) + "WAVEfmt " + number(16) + number(1, 2) + number(1, 2) + number(rate) +
         number(rate) + number(1, 2) + number(8, 2) + "data" + number(size) + std::string(samples, value);
}

core::Result<std::vector<float>> read(const std::string& type, const std::string& bytes) {
  return decode(type, std::as_bytes(std::span(bytes)));
}

std::string refusal(const std::string& type, const std::string& bytes) {
  const auto read_sound = read(type, bytes);
  return read_sound ? "none" : read_sound.error().message();
}

TEST(Decode, BringsAFileToTheRateThatModelsTake) {
  const auto sound = read("audio/wav", wav(8000, 8000, '\xc0'));
  ASSERT_TRUE(sound) << sound.error().message();
  EXPECT_NEAR(static_cast<double>(sound->size()), 16000, 2);
  EXPECT_NEAR((*sound)[8000], 0.5, 0.01);
}

TEST(Decode, SaysWhatIsWrong) {
  EXPECT_THAT(refusal("audio/wav", ""), HasSubstr("empty"));
  EXPECT_THAT(refusal("audio/l16;rate=16000", ""), HasSubstr("empty"));
  EXPECT_THAT(refusal("audio/wav", wav(16000, 0)), HasSubstr("no sound in it"));
  EXPECT_THAT(refusal("audio/wav", wav(500, 500)), HasSubstr("500 Hz"));
  EXPECT_THAT(refusal("audio/wav", "RIFF    WAVEgarbage garbage"), HasSubstr("cannot be read"));
  EXPECT_THAT(refusal("audio/flac", "fLaC garbage garbage"), HasSubstr("cannot be read"));
  EXPECT_THAT(refusal("audio/webm", "\x1a\x45\xdf\xa3 garbage"), HasSubstr("no track of Opus"));
}

TEST(Decode, RefusesWhatLastsTooLong) {
  EXPECT_THAT(refusal("audio/wav", wav(1000, 7'201'000)), HasSubstr("longer than 7200 s"));
  EXPECT_THAT(refusal("audio/mulaw;rate=1000", std::string(7'201'000, '\0')), HasSubstr("longer than 7200 s"));
}

#ifdef SLIPWAY_MEMORY_CAN_BE_LIMITED
TEST(Decode, TakesNoMemoryForWhatAWebmOnlyClaimsToHave) {
  using namespace std::string_literals;
  const std::string ebml = "\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"s;                      // the document's type
  const std::string segment = "\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"s;       // of unknown size
  const std::string tracks = "\x16\x54\xae\x6b\x01\x00\x00\x00\xc0\x00\x00\x40"s;        // of 3 GiB
  const std::string entry = "\xae\x01\x00\x00\x00\xc0\x00\x00\x20\x86\x86"s + "A_OPUS";  // likewise
  const std::string codec_private = "\x63\xa2\x01\x00\x00\x00\xc0\x00\x00\x00"s;         // likewise
  const core::TestMemoryLimit limit(512U << 20U);
  EXPECT_THAT(refusal("audio/webm", ebml + segment + tracks + entry + codec_private), HasSubstr("no track of Opus"));
}
#endif

}  // namespace
}  // namespace slipway::speech
