#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"

namespace slipway::front::grpc {

/// The codes of core::Error are gRPC's.
inline ::grpc::Status status_of(const core::Error& error) {
  return {static_cast<::grpc::StatusCode>(static_cast<int>(error.code())), error.message()};
}

/// The parts of a message as one that gRPC writes from where they lie; their memory goes with it.
::grpc::ByteBuffer message_of(std::vector<core::Buffer> parts);

}  // namespace slipway::front::grpc
