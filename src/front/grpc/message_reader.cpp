#include "front/grpc/message_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "front/compression.hpp"

namespace slipway::front::grpc {

namespace {

/// A length is only a claim: beyond this the memory grows as the bytes come.
constexpr std::size_t most_at_once = 1U << 20U;

}  // namespace

core::Result<void> MessageReader::add(std::span<const std::byte> bytes) {
  if (behind_.empty()) bytes = bytes.subspan(fill(bytes));
  behind_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return check();
}

std::size_t MessageReader::fill(std::span<const std::byte> bytes) {
  std::size_t used = 0;
  if (prefix_bytes_ < prefix_size) {
    used = std::min(prefix_size - prefix_bytes_, bytes.size());
    if (used > 0) std::memcpy(prefix_ + prefix_bytes_, bytes.data(), used);
    prefix_bytes_ += used;
    if (prefix_bytes_ < prefix_size) return used;
    begin();
  }
  if (too_long_) return bytes.size();
  const std::size_t count = std::min(length_ - come_, bytes.size() - used);
  if (come_ + count > message_.size()) message_.resize(std::min(length_, std::max(2 * message_.size(), come_ + count)));
  if (count > 0) std::memcpy(message_.data() + come_, bytes.data() + used, count);
  come_ += count;
  return used + count;
}

void MessageReader::begin() {
  length_ = 0;
  for (std::size_t i = 1; i < prefix_size; ++i) length_ = length_ << 8U | std::to_integer<std::size_t>(prefix_[i]);
  come_ = 0;
  too_long_ = length_ > most_bytes_;
  if (!too_long_) message_ = core::Buffer(std::min(length_, most_at_once));
}

core::Result<void> MessageReader::check() const {
  if (!too_long_) return {};
  return core::fail(
      core::Code::resource_exhausted,
      fmt::format("the message is {} bytes long, {} are taken at most (max_request_bytes)", length_, most_bytes_));
}

/// A stream that is always a message ahead never has all of it taken. Once half of it is, so that a byte is moved once.
void MessageReader::forget_taken() {
  if (behind_at_ == behind_.size()) {
    std::string().swap(behind_);
  } else if (behind_at_ > behind_.size() / 2) {
    behind_.erase(0, behind_at_);
  } else {
    return;
  }
  behind_at_ = 0;
}

core::Result<std::optional<core::Buffer>> MessageReader::next() {
  TRY_VOID(check());
  if (!has_whole_message()) return std::nullopt;
  const bool compressed = prefix_[0] != std::byte{0};
  core::Buffer message = std::move(message_);
  prefix_bytes_ = 0;
  come_ = 0;
  behind_at_ += fill(std::as_bytes(std::span(behind_)).subspan(behind_at_));
  forget_taken();
  if (!compressed) return message;
  if (encoding_.empty() || encoding_ == "identity")
    return core::fail(core::Code::internal, "a message is compressed, and the call has no grpc-encoding that says how");
  if (encoding_ != "gzip" && encoding_ != "deflate")
    return core::fail(core::Code::unimplemented,
                      fmt::format("grpc-encoding \"{}\" given, gzip, deflate or identity expected", encoding_));
  TRY(message, decompress(message, encoding_, most_bytes_));
  return message;
}

}  // namespace slipway::front::grpc
