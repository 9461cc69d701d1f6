#pragma once

#include "core/shared_memory.hpp"
#include "front/extensions.hpp"
#include "metrics/registry.hpp"
#include "models/model_control.hpp"
#include "protocol/log_settings.hpp"

namespace slipway::front::grpc {

/// A log whose settings nobody changes.
class FixedLog : public protocol::LogControl {
 public:
  protocol::LogSettings settings() const override { return {}; }
  core::Result<protocol::LogSettings> update(const core::Parameters& changes) override {
    return protocol::changed({}, changes);
  }
};

/// What a server's extensions work on, for tests that are about none of it. Ended before the registry.
class TestExtensions {
 public:
  TestExtensions(models::Registry& models, metrics::Registry& metrics)
      : metrics_(metrics), control_(models, {}, true) {}
  Extensions extensions() {
    return {.memory = memory_, .log = log_, .control = control_, .tracer = metrics_.tracer(), .server_name = "slipway"};
  }

 private:
  metrics::Registry& metrics_;
  core::SharedMemory memory_{{}};
  FixedLog log_;
  models::ModelControl control_;
};

}  // namespace slipway::front::grpc
