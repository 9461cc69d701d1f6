#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/buffer.hpp"
#include "core/error.hpp"

namespace slipway::front::grpc {

/// Puts the messages of a call together from its bytes: each is a byte that says whether it is compressed, four of its
/// length, most significant first, and itself (gRPC over HTTP/2, "Length-Prefixed-Message"). What comes behind a whole
/// message is kept as it came until next() has taken that one; its memory is a few times what is held at the most. One
/// thread.
class MessageReader {
 public:
  /// `most_bytes` holds for a message as it comes and inflated; `encoding` is the grpc-encoding of the call.
  MessageReader(std::uint64_t most_bytes, std::string encoding)
      : most_bytes_(most_bytes), encoding_(std::move(encoding)) {}

  /// resource_exhausted for a message that is too long, before its bytes have come; the call is to be ended then.
  core::Result<void> add(std::span<const std::byte> bytes);

  /// The next message, inflated; nothing where it has not come whole. resource_exhausted for one that is too long,
  /// unimplemented for an encoding that is not known; after an error the call is to be ended.
  core::Result<std::optional<core::Buffer>> next();

  bool has_whole_message() const { return prefix_bytes_ == prefix_size && come_ == length_ && !too_long_; }
  /// Bytes that have come and are in no message that next() gave.
  std::size_t held() const { return prefix_bytes_ + come_ + behind_.size() - behind_at_; }
  /// Bytes of memory that it takes for them.
  std::size_t room() const { return message_.capacity() + behind_.capacity(); }

 private:
  static constexpr std::size_t prefix_size = 5;

  /// Takes of `bytes` what the current message lacks, and says how many those were.
  std::size_t fill(std::span<const std::byte> bytes);
  void forget_taken();
  void begin();
  core::Result<void> check() const;

  std::uint64_t most_bytes_;
  std::string encoding_;
  std::byte prefix_[prefix_size]{};
  std::size_t prefix_bytes_ = 0;  ///< that have come
  std::size_t length_ = 0;        ///< of the message, once its prefix is whole
  bool too_long_ = false;
  core::Buffer message_;  ///< has the room of what has come and some more
  std::size_t come_ = 0;  ///< bytes of the message
  std::string behind_;    ///< what came behind a message that is whole
  std::size_t behind_at_ = 0;
};

}  // namespace slipway::front::grpc
