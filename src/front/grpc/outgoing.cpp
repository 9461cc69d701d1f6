#include "front/grpc/outgoing.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace slipway::front::grpc {

namespace {

/// What is smaller costs less to copy than a piece of its own.
constexpr std::size_t worth_lending = 4096;
/// What is small is kept together up to this, and freed together.
constexpr std::size_t small_together = 64U << 10U;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

void put_prefix(std::string& out, std::size_t length) {
  out += '\0';  // not compressed
  for (unsigned shift = 32; shift > 0; shift -= 8) out += static_cast<char>(length >> (shift - 8) & 0xFFU);
}

}  // namespace

void Outgoing::copy(std::span<const std::byte> bytes) {
  copied_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  size_ += bytes.size();
  if (pieces_.empty() || pieces_.back().data != nullptr) {
    pieces_.push_back({.data = nullptr, .size = bytes.size(), .memory = nullptr});
  } else {
    pieces_.back().size += bytes.size();
  }
}

void Outgoing::lend(std::span<const std::byte> bytes, std::shared_ptr<const core::Buffer> memory) {
  size_ += bytes.size();
  pieces_.push_back({.data = bytes.data(), .size = bytes.size(), .memory = std::move(memory)});
}

std::vector<boost::asio::const_buffer> Outgoing::buffers() const {
  std::vector<boost::asio::const_buffer> out;
  out.reserve(pieces_.size());
  const char* copied = copied_.data();
  for (const Piece& piece : pieces_) {
    if (piece.data != nullptr) {
      out.emplace_back(piece.data, piece.size);
    } else {
      out.emplace_back(copied, piece.size);
      copied += piece.size;
    }
  }
  return out;
}

void Outgoing::clear() {
  if (copied_.capacity() > small_together) std::string().swap(copied_);
  copied_.clear();
  pieces_.clear();
  size_ = 0;
}

void MessageQueue::push(std::vector<core::Buffer> message) {
  const std::size_t length = core::total_bytes(message);
  const auto small = [this]() -> Small& {
    const auto* last = chunks_.empty() ? nullptr : std::get_if<Small>(&chunks_.back());
    if (last == nullptr || last->size() >= small_together) chunks_.emplace_back(Small());
    return std::get<Small>(chunks_.back());
  };
  put_prefix(small(), length);
  for (core::Buffer& part : message) {
    if (part.size() < worth_lending) {
      small() += part.text();
    } else {
      chunks_.emplace_back(std::make_shared<const core::Buffer>(std::move(part)));
    }
  }
  constexpr std::size_t prefix_size = 5;
  bytes_ += prefix_size + length;
  pushed_ += prefix_size + length;
  ends_.push_back(pushed_);
}

void MessageQueue::take(std::size_t count, Outgoing& out) {
  count = std::min(count, bytes_);
  bytes_ -= count;
  while (count > 0) {
    const auto& chunk = chunks_.front();
    const auto* large = std::get_if<Large>(&chunk);
    const std::span<const std::byte> all = large ? (*large)->bytes() : bytes_of(std::get<Small>(chunk));
    const auto taken = all.subspan(at_, std::min(count, all.size() - at_));
    if (large && taken.size() >= worth_lending) {
      out.lend(taken, *large);
    } else {
      out.copy(taken);
    }
    count -= taken.size();
    at_ += taken.size();
    if (at_ < all.size()) break;
    chunks_.pop_front();
    at_ = 0;
  }
  while (!ends_.empty() && ends_.front() <= pushed_ - bytes_) ends_.pop_front();
}

}  // namespace slipway::front::grpc
