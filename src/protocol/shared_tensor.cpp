#include "protocol/shared_tensor.hpp"

#include <fmt/format.h>

namespace slipway::protocol {

using core::invalid;

namespace {

core::Result<std::uint64_t> bytes_from(std::string_view key, const core::Parameter& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr || *number < 0)
    return invalid(fmt::format(R"("{}": a number of bytes from 0 up expected)", key));
  return static_cast<std::uint64_t>(*number);
}

}  // namespace

core::Result<bool> read_shared_parameter(SharedClaim& claim, std::string_view key, const core::Parameter& value) {
  if (key == "shared_memory_region") {
    const auto* name = std::get_if<std::string>(&value);
    if (name == nullptr) return invalid(R"("shared_memory_region": the name of a registered region expected)");
    claim.region = *name;
  } else if (key == "shared_memory_byte_size") {
    TRY(claim.size_bytes, bytes_from(key, value));
  } else if (key == "shared_memory_offset") {
    TRY(claim.offset_bytes, bytes_from(key, value));
  } else {
    return false;
  }
  return true;
}

core::Result<core::SharedSlice> slice_of(const SharedClaim& claim, const core::SharedMemory* memory) {
  if (memory == nullptr) return invalid("shared memory is not served here; send the data");
  if (!claim.region || !claim.size_bytes)
    return invalid(R"("shared_memory_region" and "shared_memory_byte_size" belong together; one of them is missing)");
  return memory->slice(*claim.region, claim.offset_bytes.value_or(0), *claim.size_bytes);
}

core::Result<core::Buffer> SharedInputs::read(const SharedClaim& claim, core::DataType dtype,
                                              const core::Shape& shape) {
  TRY(const core::SharedSlice slice, slice_of(claim, memory_));
  const auto count = core::element_count(shape);
  const std::uint64_t element = core::element_size(dtype);
  if (count && element != 0 &&
      (slice.size_bytes % element != 0 || slice.size_bytes / element != static_cast<std::uint64_t>(*count))) {
    return invalid(fmt::format(R"("shared_memory_byte_size" is {}, {} of shape {} has {} elements of {} bytes)",
                               slice.size_bytes, core::name_of(dtype), core::to_string(shape), *count, element));
  }
  if (slice.size_bytes > memory_->input_bytes_max() - read_bytes_) {
    return core::fail(core::Code::resource_exhausted,
                      fmt::format("the inputs of one request may have {} bytes of shared memory together, these have "
                                  "more; max_request_bytes raises it",
                                  memory_->input_bytes_max()));
  }
  core::Buffer data(slice.size_bytes);
  TRY_VOID(slice.region->read(slice.offset_bytes, data.bytes()));
  read_bytes_ += slice.size_bytes;
  return data;
}

}  // namespace slipway::protocol
