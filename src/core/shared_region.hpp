#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/error.hpp"

namespace slipway::core {

/// What a client registers: a part of a POSIX shared memory object, under a name of its own.
struct RegionSpec {
  std::string name;
  std::string key;  ///< the object's, as shm_open has it: "/weights" or "weights"
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
};

/// A region of a client's shared memory object, open for reading and writing. Shared by whoever registered it and the
/// requests that use it, since it may be unregistered while they run. Safe from any thread.
///
/// The client keeps the object too: it may write to it, cut it short or fill its file system at any moment. So nothing
/// is mapped. Bytes are copied through the descriptor, where all of that is an error and not a signal; and what was
/// read is ours, so that it may be checked once.
class SharedRegion {
 public:
  /// invalid_argument for a key that is none, a region of no bytes or one that reaches past the object's end; not_found
  /// where there is no such object; permission_denied, resource_exhausted where the system says so.
  static Result<std::shared_ptr<const SharedRegion>> open(RegionSpec spec);
  ~SharedRegion();
  SharedRegion(const SharedRegion&) = delete;
  SharedRegion& operator=(const SharedRegion&) = delete;

  const RegionSpec& spec() const { return spec_; }

  /// Copies all of `into` from what lies `at` bytes behind the region's beginning; within the region.
  /// failed_precondition when the object has become shorter.
  Result<void> read(std::uint64_t at, std::span<std::byte> into) const;
  /// Copies `bytes` to there; within the region. failed_precondition when the object has become shorter,
  /// resource_exhausted when its file system is full.
  Result<void> write(std::uint64_t at, std::span<const std::byte> bytes) const;

 private:
  SharedRegion(RegionSpec spec, int descriptor) : spec_(std::move(spec)), descriptor_(descriptor) {}
  Result<void> check_whole() const;

  RegionSpec spec_;
  int descriptor_;
};

/// A part of a region that one tensor has.
struct SharedSlice {
  std::shared_ptr<const SharedRegion> region;
  std::uint64_t offset_bytes = 0;  ///< within the region
  std::uint64_t size_bytes = 0;
};

}  // namespace slipway::core
