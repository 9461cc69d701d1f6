#include "front/grpc/status.hpp"

#include <grpcpp/support/slice.h>

#include <memory>
#include <utility>

namespace slipway::front::grpc {

::grpc::ByteBuffer message_of(std::vector<core::Buffer> parts) {
  std::vector<::grpc::Slice> slices;
  slices.reserve(parts.size());
  for (core::Buffer& part : parts) {
    if (part.empty()) continue;
    auto kept = std::make_unique<core::Buffer>(std::move(part));
    void* data = kept->data();
    const std::size_t size = kept->size();
    slices.emplace_back(
        data, size, [](void* owner) { delete static_cast<core::Buffer*>(owner); }, kept.release());
  }
  return {slices.data(), slices.size()};
}

}  // namespace slipway::front::grpc
