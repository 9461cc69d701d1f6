#pragma once

#include <openvino/openvino.hpp>

#include "model.hpp"
#include "slipway/backend.h"

/// One inference request of a compiled model. One thread at a time; its model outlives it.
struct slipway_instance {
  explicit slipway_instance(slipway_model& owner) : model_(owner), request_(owner.compiled.create_infer_request()) {}

  /// Throws Failure or OpenVINO's exceptions; usable after either.
  void run(const slipway_run& call);

 private:
  void set_input(const slipway_tensor& given);
  void give_output(std::uint32_t index, const slipway_output_sink& sink);

  slipway_model& model_;
  ov::InferRequest request_;
};
