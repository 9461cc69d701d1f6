#include "front/grpc/service.hpp"
#include "front/grpc/unary.hpp"
#include "protocol/shared_memory_documents.hpp"

namespace slipway::front::grpc {

Reactor* Service::SystemSharedMemoryStatus(Context* context, const inference::SystemSharedMemoryStatusRequest* request,
                                           inference::SystemSharedMemoryStatusResponse* response) {
  const auto regions = extensions_.memory.list(request->name());
  if (!regions) return finished(context, status_of(regions.error()));
  for (const core::RegionSpec& region : *regions) {
    auto& status = (*response->mutable_regions())[region.name];
    status.set_name(region.name);
    status.set_key(region.key);
    status.set_offset(region.offset_bytes);
    status.set_byte_size(region.size_bytes);
  }
  return finished(context, ::grpc::Status::OK);
}

Reactor* Service::SystemSharedMemoryRegister(Context* context,
                                             const inference::SystemSharedMemoryRegisterRequest* request,
                                             inference::SystemSharedMemoryRegisterResponse* /*response*/) {
  return finished(context, extensions_.memory.add({.name = request->name(),
                                                   .key = request->key(),
                                                   .offset_bytes = request->offset(),
                                                   .size_bytes = request->byte_size()}));
}

Reactor* Service::SystemSharedMemoryUnregister(Context* context,
                                               const inference::SystemSharedMemoryUnregisterRequest* request,
                                               inference::SystemSharedMemoryUnregisterResponse* /*response*/) {
  if (request->name().empty()) {
    extensions_.memory.remove_all();
  } else {
    extensions_.memory.remove(request->name());
  }
  return finished(context, ::grpc::Status::OK);
}

Reactor* Service::CudaSharedMemoryStatus(Context* context, const inference::CudaSharedMemoryStatusRequest* /*request*/,
                                         inference::CudaSharedMemoryStatusResponse* /*response*/) {
  return finished(context, ::grpc::Status::OK);
}

Reactor* Service::CudaSharedMemoryRegister(Context* context, const inference::CudaSharedMemoryRegisterRequest* request,
                                           inference::CudaSharedMemoryRegisterResponse* /*response*/) {
  return finished(context, status_of(protocol::no_cuda_memory(request->name())));
}

Reactor* Service::CudaSharedMemoryUnregister(Context* context,
                                             const inference::CudaSharedMemoryUnregisterRequest* /*request*/,
                                             inference::CudaSharedMemoryUnregisterResponse* /*response*/) {
  return finished(context, ::grpc::Status::OK);
}

}  // namespace slipway::front::grpc
