#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/shared_region.hpp"
#include "core/tensor.hpp"
#include "measure/tcp_connection.hpp"

namespace slipway::measure {

/// How much room an output needs.
struct OutputRoom {
  std::string name;
  std::uint64_t size_bytes = 0;
};

/// Where one tensor lies in each client's slot of a shared memory region.
struct SlotTensor {
  std::string name;
  core::DataType dtype = core::DataType::fp32;  ///< and shape: of inputs
  core::Shape shape;
  std::uint64_t offset_bytes = 0;  ///< from the slot's beginning
  std::uint64_t size_bytes = 0;
};

/// A slot: the inputs behind one another, then the room of the outputs, each aligned to 64 bytes.
struct SlotLayout {
  std::vector<SlotTensor> inputs;
  std::vector<SlotTensor> outputs;
  std::uint64_t size_bytes = 0;
};
SlotLayout lay_out(const std::vector<core::Tensor>& inputs, const std::vector<OutputRoom>& outputs);

/// A POSIX shared memory object of equal slots, each with the same inputs in it. It has a name until `forget_name`, or
/// until it ends; the memory lives as long as anybody has it open. One owner, one thread at a time.
///
///   TRY(auto object, SharedSlots::make(layout, 8, inputs));
///   TRY_VOID(server.add(object.region()));
///   object.forget_name();
class SharedSlots {
 public:
  /// resource_exhausted when there is not enough shared memory.
  static core::Result<SharedSlots> make(const SlotLayout& layout, std::uint32_t slots,
                                        const std::vector<core::Tensor>& inputs);
  /// A name for an object and its region that nobody else has.
  static std::string unique_name();
  ~SharedSlots() { forget_name(); }
  SharedSlots(SharedSlots&& other) noexcept;
  SharedSlots& operator=(SharedSlots&&) = delete;
  SharedSlots(const SharedSlots&) = delete;
  SharedSlots& operator=(const SharedSlots&) = delete;

  /// All of it, as it is registered.
  const core::RegionSpec& region() const { return region_; }
  /// Takes the name out of the file system: nobody else can open it from then on, and nothing is left of it however
  /// this process ends.
  void forget_name();

 private:
  SharedSlots(core::RegionSpec region, Descriptor object) : region_(std::move(region)), object_(std::move(object)) {}
  core::Result<void> put(std::uint64_t at, std::span<const std::byte> bytes) const;

  core::RegionSpec region_;
  Descriptor object_;
  bool named_ = true;
};

}  // namespace slipway::measure
