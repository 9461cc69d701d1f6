#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/buffer.hpp"

namespace slipway::front::grpc {

/// What is written to a socket next, in order: small pieces copied together, large ones from where they lie.
class Outgoing {
 public:
  void copy(std::span<const std::byte> bytes);
  /// `bytes` are those of `memory`, which is kept until they have been written.
  void lend(std::span<const std::byte> bytes, std::shared_ptr<const core::Buffer> memory);

  std::size_t size() const { return size_; }
  /// Valid until the next call of another member.
  std::vector<boost::asio::const_buffer> buffers() const;
  void clear();

 private:
  struct Piece {
    const std::byte* data;  ///< null: `size` bytes of `copied_`, behind those of the pieces before
    std::size_t size;
    std::shared_ptr<const core::Buffer> memory;
  };
  std::string copied_;
  std::vector<Piece> pieces_;
  std::size_t size_ = 0;
};

/// The messages of one call that wait to be written, each with its prefix.
class MessageQueue {
 public:
  /// Parts that follow one another.
  void push(std::vector<core::Buffer> message);
  std::size_t bytes() const { return bytes_; }
  std::size_t messages() const { return ends_.size(); }  ///< that have not been taken whole
  /// Moves the first `count` bytes, of those that there are, to `out`.
  void take(std::size_t count, Outgoing& out);

 private:
  using Small = std::string;
  using Large = std::shared_ptr<const core::Buffer>;
  std::deque<std::variant<Small, Large>> chunks_;
  std::size_t at_ = 0;  ///< bytes of the first chunk that were taken
  std::size_t bytes_ = 0;
  std::size_t pushed_ = 0;        ///< bytes in all
  std::deque<std::size_t> ends_;  ///< of each message, counted as `pushed_` is
};

}  // namespace slipway::front::grpc
