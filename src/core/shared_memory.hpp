#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/shared_region.hpp"

namespace slipway::core {

/// The shared memory regions that clients have registered, by name; the doors share one. In this room because both the
/// protocol, which reads and writes tensors there, and the fronts, which register, use it. Owned by the composition
/// root; safe from any thread.
///
///   TRY_VOID(memory.add({.name = "in", .key = "/in", .offset_bytes = 0, .size_bytes = 64}));
///   TRY(const SharedSlice tensor, memory.slice("in", 0, 16));   // stays usable when "in" is removed
class SharedMemory {
 public:
  struct Options {
    bool on = true;                               ///< off: nothing can be registered
    std::size_t regions_max = 1024;               ///< registered at one time; each holds a descriptor
    std::uint64_t input_bytes_max = 256U << 20U;  ///< that one request may read
  };
  explicit SharedMemory(Options options) : options_(options) {}

  bool on() const { return options_.on; }
  std::uint64_t input_bytes_max() const { return options_.input_bytes_max; }

  /// Opens and registers a region. already_exists for a name that is registered; unimplemented where this is switched
  /// off; resource_exhausted when there are too many; else as SharedRegion::open.
  Result<void> add(RegionSpec spec);
  /// One that is not registered is passed over.
  void remove(std::string_view name);
  void remove_all();

  /// The region of that name, or all by name for "". not_found where there is none of that name.
  Result<std::vector<RegionSpec>> list(std::string_view name) const;

  /// A part of a region. invalid_argument where no such region is registered or the part is not within it.
  Result<SharedSlice> slice(std::string_view name, std::uint64_t offset_bytes, std::uint64_t size_bytes) const;

 private:
  Result<void> check_on() const;
  Result<void> check_free(const std::string& name) const;  ///< with mutex_ held

  Options options_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const SharedRegion>, std::less<>> regions_;
};

}  // namespace slipway::core
