#include "measure/shared_slots.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

namespace slipway::measure {

namespace {

/// Appends a place for `size_bytes` to the slot.
std::uint64_t take_room(SlotLayout& layout, std::uint64_t size_bytes) {
  constexpr std::uint64_t alignment = core::Buffer::alignment;
  const std::uint64_t at = layout.size_bytes;
  layout.size_bytes += (size_bytes + alignment - 1) / alignment * alignment;
  return at;
}

std::unexpected<core::Error> failure(std::string_view what, int number) {
  return core::fail(core::Code::resource_exhausted,
                    fmt::format("--shared-memory: {}: {}", what, std::generic_category().message(number)));
}

}  // namespace

SlotLayout lay_out(const std::vector<core::Tensor>& inputs, const std::vector<OutputRoom>& outputs) {
  SlotLayout layout;
  layout.inputs.reserve(inputs.size());
  for (const core::Tensor& input : inputs) {
    layout.inputs.push_back({.name = input.name,
                             .dtype = input.dtype,
                             .shape = input.shape,
                             .offset_bytes = take_room(layout, input.data.size()),
                             .size_bytes = input.data.size()});
  }
  layout.outputs.reserve(outputs.size());
  for (const OutputRoom& output : outputs) {
    layout.outputs.push_back({.name = output.name,
                              .shape = {},
                              .offset_bytes = take_room(layout, output.size_bytes),
                              .size_bytes = output.size_bytes});
  }
  return layout;
}

std::string SharedSlots::unique_name() {
  // the number keeps processes apart that have the same id in containers of their own and share /dev/shm
  return fmt::format("slipway-bench-{}-{:08x}", getpid(), std::random_device()());
}

core::Result<SharedSlots> SharedSlots::make(const SlotLayout& layout, std::uint32_t slots,
                                            const std::vector<core::Tensor>& inputs) {
  const std::string name = unique_name();
  const core::RegionSpec region{.name = name,
                                .key = "/" + name,
                                .offset_bytes = 0,
                                .size_bytes = std::max<std::uint64_t>(layout.size_bytes, 1) * slots};
  Descriptor object(shm_open(region.key.c_str(), O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR));
  if (!object) return failure(fmt::format("the object \"{}\" cannot be made", region.key), errno);
  SharedSlots made(region, std::move(object));
  // takes the memory now: to run out of it later would be a signal
  if (const int number = posix_fallocate(made.object_.get(), 0, static_cast<off_t>(region.size_bytes)); number != 0)
    return failure(fmt::format("an object of {} bytes cannot be made", region.size_bytes), number);
  for (std::uint64_t slot = 0; slot < slots; ++slot) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      TRY_VOID(made.put(slot * layout.size_bytes + layout.inputs[i].offset_bytes, inputs[i].data.bytes()));
    }
  }
  return made;
}

SharedSlots::SharedSlots(SharedSlots&& other) noexcept
    : region_(std::move(other.region_)),
      object_(std::move(other.object_)),
      named_(std::exchange(other.named_, false)) {}

void SharedSlots::forget_name() {
  if (std::exchange(named_, false)) shm_unlink(region_.key.c_str());
}

core::Result<void> SharedSlots::put(std::uint64_t at, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const auto count = pwrite(object_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("the object cannot be written", errno);
    at += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace slipway::measure
