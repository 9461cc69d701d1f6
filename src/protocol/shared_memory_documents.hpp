#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/shared_memory.hpp"

namespace slipway::protocol {

/// The body of a request to register the region `name`: {"key":…,"offset":…,"byte_size":…}. `offset` may be left out.
core::Result<core::RegionSpec> decode_region(std::string name, std::string_view body);

/// [{"name":…,"key":…,"offset":…,"byte_size":…},…]
std::string encode_regions(const std::vector<core::RegionSpec>& regions);

/// Why a region of CUDA shared memory cannot be registered (unimplemented).
core::Error no_cuda_memory(std::string_view region);

}  // namespace slipway::protocol
