#pragma once

#include <memory>
#include <vector>

#include "core/tensor.hpp"
#include "measure/transport.hpp"
#include "models/registry.hpp"

namespace slipway::measure {

/// Straight through the door that every front uses, without sockets or encodings: what scheduler and runtime take. A
/// quick model runs on the thread that sends, as it does on a connection's. Keeps the version and the inputs alive.
class InProcessTransport : public Transport {
 public:
  InProcessTransport(models::Handle version, std::vector<core::Tensor> inputs);

  core::Result<std::unique_ptr<Lanes>> open(std::uint32_t lanes) const override;

 private:
  models::Handle version_;
  std::vector<core::Tensor> inputs_;
};

}  // namespace slipway::measure
