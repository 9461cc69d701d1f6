#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/request.hpp"
#include "core/shared_memory.hpp"
#include "core/tensor.hpp"

namespace slipway::protocol {

/// Where in shared memory a tensor lies, as the parameters `shared_memory_region`, `shared_memory_byte_size` and
/// `shared_memory_offset` of an input or a requested output say.
struct SharedClaim {
  std::optional<std::string> region;
  std::optional<std::uint64_t> size_bytes;
  std::optional<std::uint64_t> offset_bytes;

  bool is_made() const { return region || size_bytes || offset_bytes; }
};

/// Reads one parameter of a tensor; false for one that is none of these three. invalid_argument for a value of the
/// wrong kind.
core::Result<bool> read_shared_parameter(SharedClaim& claim, std::string_view key, const core::Parameter& value);

/// The part of a registered region that is claimed; as SharedMemory::slice, and invalid_argument where region or size
/// are missing. Null `memory`: this door has none.
core::Result<core::SharedSlice> slice_of(const SharedClaim& claim, const core::SharedMemory* memory);

/// Reads the inputs of one request that lie in shared memory: each is copied once, into memory of ours, before anything
/// of it is looked at, because its client may change it meanwhile.
class SharedInputs {
 public:
  explicit SharedInputs(const core::SharedMemory* memory) : memory_(memory) {}

  /// The bytes of one input, whose size fits `dtype` and `shape`. The caller checks elements of BYTES. What all inputs
  /// of a request have together is bounded.
  core::Result<core::Buffer> read(const SharedClaim& claim, core::DataType dtype, const core::Shape& shape);

 private:
  const core::SharedMemory* memory_;
  std::uint64_t read_bytes_ = 0;
};

}  // namespace slipway::protocol
