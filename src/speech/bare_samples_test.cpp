#include "speech/bare_samples.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace slipway::speech {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

std::vector<float> read(AudioType type, const std::vector<std::uint8_t>& bytes, std::size_t block = 1000) {
  BareSamples samples(type);
  std::vector<float> out;
  const auto all = std::as_bytes(std::span(bytes));
  for (std::size_t at = 0; at < all.size(); at += block)
    samples.push(all.subspan(at, std::min(block, all.size() - at)), out);
  samples.finish(out);
  return out;
}

TEST(BareSamples, AreReadInEitherOrderOfBytes) {
  EXPECT_THAT(read({.form = AudioType::Form::pcm16, .rate = 16000}, {0x00, 0x40, 0x00, 0xc0}),
              ElementsAre(0.5F, -0.5F));
  EXPECT_THAT(read({.form = AudioType::Form::pcm16, .rate = 16000, .channels = 1, .big_endian = true}, {0x40, 0x00}),
              ElementsAre(0.5F));
}

TEST(BareSamples, OfSeveralChannelsAreAveragedHoweverTheirBytesCome) {
  const AudioType stereo{.form = AudioType::Form::pcm16, .rate = 16000, .channels = 2};
  const std::vector<std::uint8_t> bytes{0x00, 0x40, 0x00, 0x00, 0x00, 0xc0, 0x00, 0xc0};
  for (const std::size_t block : {1U, 3U, 8U}) EXPECT_THAT(read(stereo, bytes, block), ElementsAre(0.25F, -0.5F));
}

TEST(BareSamples, OfTelephonesHaveTheValuesOfTheStandard) {
  // the loudest, the quietest of each sign
  EXPECT_THAT(read({.form = AudioType::Form::mulaw, .rate = 16000}, {0x80, 0x00, 0xff, 0x7f}),
              ElementsAre(FloatNear(32124 / 32768.0F, 1e-6F), FloatNear(-32124 / 32768.0F, 1e-6F), 0.0F, 0.0F));
  EXPECT_THAT(read({.form = AudioType::Form::alaw, .rate = 16000}, {0xaa, 0x2a, 0xd5, 0x55}),
              ElementsAre(FloatNear(32256 / 32768.0F, 1e-6F), FloatNear(-32256 / 32768.0F, 1e-6F),
                          FloatNear(8 / 32768.0F, 1e-6F), FloatNear(-8 / 32768.0F, 1e-6F)));
}

TEST(BareSamples, OfAnotherRateKeepTheirLengthAndTheirTone) {
  constexpr std::size_t count = 44100;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const double phase = 2 * std::numbers::pi * 440 * static_cast<double>(i) / 44100;
    const auto value = static_cast<std::int16_t>(16000 * std::sin(phase));
    bytes.push_back(static_cast<std::uint8_t>(value & 0xff));
    bytes.push_back(static_cast<std::uint8_t>((value >> 8) & 0xff));
  }
  const auto out = read({.form = AudioType::Form::pcm16, .rate = 44100}, bytes);
  ASSERT_NEAR(static_cast<double>(out.size()), 16000, 2);
  for (std::size_t i = 1000; i < 15000; ++i) {
    const double expected = 16000 / 32768.0 * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / 16000);
    ASSERT_NEAR(out[i], expected, 0.01) << i;
  }
}

}  // namespace
}  // namespace slipway::speech
