#include "speech/webm.hpp"

#include <fmt/format.h>
#include <opus/opus.h>
#include <webm/callback.h>
#include <webm/reader.h>
#include <webm/status.h>
#include <webm/webm_parser.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "speech/resampler.hpp"
#include "speech/sound.hpp"

namespace slipway::speech {

namespace {

constexpr unsigned opus_rate = 48'000;
constexpr int longest_packet_samples = 5760;  // 120 ms
constexpr std::uint64_t packet_bytes_max = 64U << 10U;

class MemoryReader : public webm::Reader {
 public:
  explicit MemoryReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  webm::Status Read(std::size_t wanted, std::uint8_t* buffer, std::uint64_t* count) override {
    *count = std::min(wanted, bytes_.size() - at_);
    std::memcpy(buffer, bytes_.data() + at_, *count);
    at_ += *count;
    return status(wanted, *count);
  }
  webm::Status Skip(std::uint64_t wanted, std::uint64_t* count) override {
    *count = std::min<std::uint64_t>(wanted, bytes_.size() - at_);
    at_ += *count;
    return status(wanted, *count);
  }
  std::uint64_t Position() const override { return at_; }

 private:
  static webm::Status status(std::uint64_t wanted, std::uint64_t count) {
    if (count == wanted) return webm::Status(webm::Status::kOkCompleted);
    return webm::Status(count > 0 ? webm::Status::kOkPartial : webm::Status::kEndOfFile);
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

class OpusTrack : public webm::Callback {
 public:
  OpusTrack(std::size_t samples_max, std::uint64_t recording_bytes)
      : samples_max_(samples_max), recording_bytes_(recording_bytes), resampler_(opus_rate) {}

  /// The parser takes memory for what an element claims to have before it reads it. Of a recording that was cut off,
  /// the elements that hold all the others rightly claim more than there is.
  webm::Status OnElementBegin(const webm::ElementMetadata& metadata, webm::Action* action) override {
    *action = webm::Action::kRead;
    const bool holds_all = metadata.id == webm::Id::kSegment || metadata.id == webm::Id::kCluster;
    const bool fits = metadata.size <= recording_bytes_ || metadata.size == webm::kUnknownElementSize;
    return webm::Status(holds_all || fits ? webm::Status::kOkCompleted : webm::Status::kInvalidElementSize);
  }
  webm::Status OnTrackEntry(const webm::ElementMetadata& /*metadata*/, const webm::TrackEntry& entry) override {
    const std::string& codec = entry.codec_id.value();
    if (!codec.starts_with("A_")) return webm::Status(webm::Status::kOkCompleted);
    if (codec != "A_OPUS") {
      other_codec_ = codec;
    } else if (!decoder_) {
      track_ = entry.track_number.value();
      const auto& head = entry.codec_private.value();  // OpusHead: bytes 10 and 11 are what to leave out first
      if (head.size() >= 12) skip_ = head[10] + head[11] * std::size_t{256};
      int error = 0;
      decoder_.reset(opus_decoder_create(opus_rate, 1, &error));
    }
    return webm::Status(webm::Status::kOkCompleted);
  }
  webm::Status OnSimpleBlockBegin(const webm::ElementMetadata& /*metadata*/, const webm::SimpleBlock& block,
                                  webm::Action* action) override {
    return begin(block.track_number, action);
  }
  webm::Status OnBlockBegin(const webm::ElementMetadata& /*metadata*/, const webm::Block& block,
                            webm::Action* action) override {
    return begin(block.track_number, action);
  }
  webm::Status OnFrame(const webm::FrameMetadata& /*metadata*/, webm::Reader* reader,
                       std::uint64_t* bytes_left) override {
    if (*bytes_left + packet_.size() > packet_bytes_max) return webm::Status(webm::Status::kInvalidElementSize);
    while (*bytes_left > 0) {
      const std::size_t at = packet_.size();
      packet_.resize(at + *bytes_left);
      std::uint64_t count = 0;
      const webm::Status status = reader->Read(*bytes_left, packet_.data() + at, &count);
      packet_.resize(at + count);
      *bytes_left -= count;
      if (!status.completed_ok() && count == 0) return status;
    }
    decode();
    packet_.clear();
    return webm::Status(out_.size() > samples_max_ ? webm::Status::kInvalidElementSize : webm::Status::kOkCompleted);
  }

  core::Result<std::vector<float>> sound() {
    if (!decoder_) {
      return core::invalid(fmt::format("the WebM recording has no track of Opus{}",
                                       other_codec_ ? fmt::format(", but one of {}", *other_codec_) : ""));
    }
    if (out_.size() > samples_max_)
      return core::invalid(fmt::format("the recording is longer than {} s; split it", seconds_of(samples_max_)));
    resampler_.finish(out_);
    return std::move(out_);
  }

 private:
  webm::Status begin(std::uint64_t track, webm::Action* action) {
    *action = decoder_ && track == track_ ? webm::Action::kRead : webm::Action::kSkip;
    return webm::Status(webm::Status::kOkCompleted);
  }
  void decode() {
    std::vector<float> samples(longest_packet_samples);
    const int count = opus_decode_float(decoder_.get(), packet_.data(), static_cast<opus_int32>(packet_.size()),
                                        samples.data(), longest_packet_samples, 0);
    if (count <= 0) return;  // one spoilt packet is a gap
    const std::size_t skipped = std::min(skip_, static_cast<std::size_t>(count));
    skip_ -= skipped;
    resampler_.push(std::span(samples).subspan(skipped, static_cast<std::size_t>(count) - skipped), out_);
  }

  struct Free {
    void operator()(OpusDecoder* decoder) const { opus_decoder_destroy(decoder); }
  };
  std::size_t samples_max_;
  std::uint64_t recording_bytes_;
  Resampler resampler_;
  std::unique_ptr<OpusDecoder, Free> decoder_;
  std::uint64_t track_ = 0;
  std::size_t skip_ = 0;
  std::optional<std::string> other_codec_;
  std::vector<std::uint8_t> packet_;
  std::vector<float> out_;
};

}  // namespace

core::Result<std::vector<float>> decode_webm(std::span<const std::byte> bytes, double seconds_max) {
  MemoryReader reader(bytes);
  OpusTrack track(samples_in(seconds_max), bytes.size());
  webm::WebmParser parser;
  parser.Feed(&track, &reader);  // however it ends: what was read until then is the sound
  return track.sound();
}

}  // namespace slipway::speech
