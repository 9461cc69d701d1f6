#pragma once

#include <cstdint>
#include <map>
#include <openvino/openvino.hpp>
#include <string>
#include <vector>

#include "slipway/backend.h"

/// The one option there is is `precision`: f32 (the default: exact), bf16, f16, or auto (what OpenVINO finds fastest).
/// Throws Failure for another option, value or device.
ov::AnyMap properties_of(const slipway_model_config& config);

/// One model compiled for the processor, with a stream for each instance. Immutable once loaded, shared by its
/// instances.
struct slipway_model {
  slipway_model(ov::Core& core, const slipway_model_config& config);

  /// What an input or output is called, and the storage behind its slipway_tensor_info.
  struct Port {
    std::string name;
    slipway_dtype dtype;
    std::vector<std::int64_t> dims;
    ov::PartialShape shape;
  };

  ov::CompiledModel compiled;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  slipway_model_info info{};

 private:
  /// Counts the operators and constants of `graph` and of those inside it.
  void count(const ov::Model& graph);

  std::vector<slipway_tensor_info> input_infos_;
  std::vector<slipway_tensor_info> output_infos_;
  std::map<std::string, std::uint64_t> operators_;
  std::vector<slipway_operator_count> operator_infos_;
};
