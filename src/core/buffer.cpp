#include "core/buffer.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace slipway::core {

namespace {

/// Larger ones would wrap when alignment and padding are added.
std::size_t checked(std::size_t size) {
  if (size > std::numeric_limits<std::size_t>::max() / 2) throw std::bad_alloc();
  return size;
}

std::byte* allocate(std::size_t bytes) {
  const std::size_t rounded = (bytes + Buffer::alignment - 1) / Buffer::alignment * Buffer::alignment;
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(Buffer::alignment, rounded));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

Buffer::Buffer(std::size_t size, std::size_t lead)
    : memory_(allocate(checked(size) + lead + padding)), lead_(lead), size_(size), capacity_(size) {}

Buffer::Buffer(Buffer&& other) noexcept
    : memory_(std::move(other.memory_)),
      lead_(std::exchange(other.lead_, 0)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  memory_ = std::move(other.memory_);
  lead_ = std::exchange(other.lead_, 0);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

Buffer Buffer::copy_of(std::span<const std::byte> bytes) {
  Buffer buffer(bytes.size());
  if (!bytes.empty()) std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return buffer;
}

Buffer Buffer::copy_of(std::string_view text) { return copy_of(std::as_bytes(std::span(text))); }

std::size_t total_bytes(std::span<const Buffer> buffers) {
  std::size_t total = 0;
  for (const Buffer& buffer : buffers) total += buffer.size();
  return total;
}

void Buffer::resize(std::size_t size) {
  if (memory_ && size <= capacity_) {
    size_ = size;
    return;
  }
  const std::size_t room = std::max(size, capacity_ * 2);
  Buffer grown(room, lead_);
  if (size_ != 0) std::memcpy(grown.data(), data(), size_);
  grown.size_ = size;
  *this = std::move(grown);
}

}  // namespace slipway::core
