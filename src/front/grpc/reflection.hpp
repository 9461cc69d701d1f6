#pragma once

#include "front/grpc/call.hpp"

namespace slipway::front::grpc {

/// Adds server reflection for the services of `methods` and itself, as grpc.reflection.v1alpha and v1, whose messages
/// are the same on the wire: clients without .proto files learn from it what can be called.
void add_reflection(Methods& methods);

}  // namespace slipway::front::grpc
