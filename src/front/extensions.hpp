#pragma once

#include <string>

#include "core/shared_memory.hpp"
#include "metrics/tracer.hpp"
#include "models/model_control.hpp"
#include "protocol/log_settings.hpp"
#include "protocol/v2_documents.hpp"

namespace slipway::front {

/// What the extensions of the protocol work on, beside the models. The doors share it, and it outlives them.
struct Extensions {
  core::SharedMemory& memory;
  protocol::LogControl& log;
  models::ModelControl& control;
  metrics::Tracer& tracer;
  std::string server_name;  ///< that the server's metadata give
};

/// What the server's metadata tell.
inline protocol::ServerIdentity identity_of(const Extensions& extensions) {
  return {
      .name = extensions.server_name, .shared_memory = extensions.memory.on(), .trace = extensions.tracer.can_write()};
}

}  // namespace slipway::front
