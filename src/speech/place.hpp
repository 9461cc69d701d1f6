#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "core/error.hpp"

namespace slipway::speech {

/// A recording's place among those that are read, are heard or wait for it, with the memory it holds; given back when
/// it goes. Safe from any thread, one at a time.
class Place {
 public:
  static constexpr std::size_t recordings_max = 64;
  static constexpr std::size_t bytes_max = std::size_t{1} << 30U;

  /// Of all together.
  struct Held {
    std::atomic<std::size_t> recordings = 0;
    std::atomic<std::size_t> bytes = 0;
  };

  /// resource_exhausted where there are too many, or they would hold too much; one alone may be of any size.
  static core::Result<Place> take(std::shared_ptr<Held> held, std::size_t bytes);
  Place(Place&&) = default;
  Place& operator=(Place&&) = delete;
  ~Place();

  /// So many bytes more. resource_exhausted as for `take`.
  core::Result<void> grow(std::size_t bytes);

 private:
  explicit Place(std::shared_ptr<Held> held) : held_(std::move(held)) { ++held_->recordings; }

  std::shared_ptr<Held> held_;
  std::size_t bytes_ = 0;
};

}  // namespace slipway::speech
