#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "measure/transport.hpp"

namespace slipway::measure {

/// ModelInfer over gRPC: the message's bytes are made once, what comes back is not taken apart. Each lane has a
/// connection of its own, as each client elsewhere has; gRPC's threads tell when an answer is there.
class GrpcTransport : public Transport {
 public:
  /// `address` is HOST:PORT; `messages` are serialized inference.ModelInferRequests, of which lane n sends the n-th,
  /// beginning again behind the last; at least one.
  GrpcTransport(std::string address, const std::vector<std::string>& messages);

  /// unavailable when the server takes no connection within five seconds.
  core::Result<std::unique_ptr<Lanes>> open(std::uint32_t lanes) const override;

 private:
  std::string address_;
  std::vector<::grpc::ByteBuffer> messages_;
};

}  // namespace slipway::measure
