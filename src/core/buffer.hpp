#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

namespace slipway::core {

/// An owned block of bytes, movable, not copyable. Its memory is aligned to 64 and has `padding` readable bytes behind
/// its end, so that a vectorised parser may run over. Not initialised. One owner, one thread at a time.
///
/// `lead` shifts the first byte: with lead = 64 - header % 64 the byte after a header of that length is aligned to 64,
/// which lets the tensors behind it be used in place.
class Buffer {
 public:
  static constexpr std::size_t alignment = 64;
  static constexpr std::size_t padding = 64;

  Buffer() = default;
  explicit Buffer(std::size_t size, std::size_t lead = 0);
  ~Buffer() = default;
  /// What was moved from is empty.
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  static Buffer copy_of(std::span<const std::byte> bytes);
  static Buffer copy_of(std::string_view text);

  std::byte* data() { return memory_ ? memory_.get() + lead_ : nullptr; }
  const std::byte* data() const { return memory_ ? memory_.get() + lead_ : nullptr; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }

  std::span<std::byte> bytes() { return {data(), size_}; }
  std::span<const std::byte> bytes() const { return {data(), size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data()), size_}; }

  /// Sets the size. What is kept stays in place while it fits the capacity; beyond that the block is moved (with twice
  /// the room), keeping its contents and its lead.
  void resize(std::size_t size);

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte[], Free> memory_;
  std::size_t lead_ = 0;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// The sizes of all together.
std::size_t total_bytes(std::span<const Buffer> buffers);

}  // namespace slipway::core
