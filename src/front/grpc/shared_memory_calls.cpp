#include "front/grpc/service.hpp"
#include "protocol/shared_memory_documents.hpp"

namespace slipway::front::grpc {

core::Result<void> Service::system_memory_status(const inference::SystemSharedMemoryStatusRequest& request,
                                                 inference::SystemSharedMemoryStatusResponse& response) {
  TRY(const auto regions, extensions_.memory.list(request.name()));
  for (const core::RegionSpec& region : regions) {
    auto& status = (*response.mutable_regions())[region.name];
    status.set_name(region.name);
    status.set_key(region.key);
    status.set_offset(region.offset_bytes);
    status.set_byte_size(region.size_bytes);
  }
  return {};
}

core::Result<void> Service::register_system_memory(const inference::SystemSharedMemoryRegisterRequest& request,
                                                   inference::SystemSharedMemoryRegisterResponse& /*response*/) {
  return extensions_.memory.add({.name = request.name(),
                                 .key = request.key(),
                                 .offset_bytes = request.offset(),
                                 .size_bytes = request.byte_size()});
}

core::Result<void> Service::unregister_system_memory(const inference::SystemSharedMemoryUnregisterRequest& request,
                                                     inference::SystemSharedMemoryUnregisterResponse& /*response*/) {
  if (request.name().empty()) {
    extensions_.memory.remove_all();
  } else {
    extensions_.memory.remove(request.name());
  }
  return {};
}

core::Result<void> Service::cuda_memory_status(const inference::CudaSharedMemoryStatusRequest& /*request*/,
                                               inference::CudaSharedMemoryStatusResponse& /*response*/) {
  return {};
}

core::Result<void> Service::register_cuda_memory(const inference::CudaSharedMemoryRegisterRequest& request,
                                                 inference::CudaSharedMemoryRegisterResponse& /*response*/) {
  return std::unexpected(protocol::no_cuda_memory(request.name()));
}

core::Result<void> Service::unregister_cuda_memory(const inference::CudaSharedMemoryUnregisterRequest& /*request*/,
                                                   inference::CudaSharedMemoryUnregisterResponse& /*response*/) {
  return {};
}

}  // namespace slipway::front::grpc
