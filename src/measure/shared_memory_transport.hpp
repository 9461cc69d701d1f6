#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/shared_region.hpp"
#include "core/tensor.hpp"
#include "measure/shared_slots.hpp"
#include "measure/transport.hpp"

namespace slipway::measure {

/// What a transport asks of a server that has shared memory, over whichever protocol. Owned by the transport; safe from
/// any thread.
class SharedMemoryServer {
 public:
  SharedMemoryServer() = default;
  virtual ~SharedMemoryServer() = default;
  SharedMemoryServer(const SharedMemoryServer&) = delete;
  SharedMemoryServer& operator=(const SharedMemoryServer&) = delete;

  /// unavailable, with its reason, when the server refuses.
  virtual core::Result<void> add(const core::RegionSpec& region) const = 0;
  virtual core::Result<void> remove(const std::string& region) const = 0;
  /// A way on which lane n sends a request that names the n-th slot of the region.
  virtual std::unique_ptr<Transport> transport(const SlotLayout& layout, const std::string& region,
                                               std::uint32_t slots) const = 0;
};

/// Inputs and outputs in POSIX shared memory: requests and answers only name the places. What `open` gives has an
/// object of its own with a slot a lane, registered when it opens and unregistered when it ends. The object's name is
/// gone as soon as the server has it open, so that nothing is left of it however the process ends.
class SharedMemoryTransport : public Transport {
 public:
  SharedMemoryTransport(std::unique_ptr<SharedMemoryServer> server, SlotLayout layout,
                        std::vector<core::Tensor> inputs);
  /// As the way within; unavailable too when the server refuses the region; resource_exhausted when there is not enough
  /// shared memory.
  core::Result<std::unique_ptr<Lanes>> open(std::uint32_t lanes) const override;

 private:
  std::unique_ptr<SharedMemoryServer> server_;
  SlotLayout layout_;
  std::vector<core::Tensor> inputs_;
};

}  // namespace slipway::measure
