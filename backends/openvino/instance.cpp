#include "instance.hpp"

#include <cstring>
#include <vector>

#include "element_types.hpp"
#include "failure.hpp"

void slipway_instance::set_input(const slipway_tensor& given) {
  if (given.input_index >= model_.inputs.size()) {
    throw Failure(SLIPWAY_INVALID_ARGUMENT, "input " + std::to_string(given.input_index) + ": the model has " +
                                                std::to_string(model_.inputs.size()));
  }
  const auto& port = model_.inputs[given.input_index];
  if (given.dtype != port.dtype) {
    throw Failure(SLIPWAY_INVALID_ARGUMENT, "input \"" + port.name + "\": type " +
                                                element_type_of(given.dtype).to_string() + " given, " +
                                                element_type_of(port.dtype).to_string() + " expected");
  }
  const ov::Tensor tensor = wrap(given, port.name);
  if (!port.shape.compatible(ov::PartialShape(tensor.get_shape()))) {
    throw Failure(SLIPWAY_INVALID_ARGUMENT, "input \"" + port.name + "\": shape " +
                                                ov::PartialShape(tensor.get_shape()).to_string() + " given, " +
                                                port.shape.to_string() + " expected");
  }
  request_.set_input_tensor(given.input_index, tensor);
}

void slipway_instance::give_output(std::uint32_t index, const slipway_output_sink& sink) {
  if (index >= model_.outputs.size()) {
    throw Failure(SLIPWAY_INVALID_ARGUMENT,
                  "output " + std::to_string(index) + ": the model has " + std::to_string(model_.outputs.size()));
  }
  const ov::Tensor tensor = request_.get_output_tensor(index);
  const ov::Shape& given = tensor.get_shape();
  const std::vector<std::int64_t> shape(given.begin(), given.end());
  const std::uint64_t size = tensor.get_byte_size();
  void* memory = sink.allocate(sink.context, index, model_.outputs[index].dtype, shape.data(),
                               static_cast<std::uint32_t>(shape.size()), size);
  if (memory == nullptr) {
    throw Failure(SLIPWAY_INTERNAL, "output \"" + model_.outputs[index].name + "\": the host gave no room for " +
                                        std::to_string(size) + " bytes");
  }
  if (size > 0) std::memcpy(memory, tensor.data(), size);
}

void slipway_instance::run(const slipway_run& call) {
  if (call.input_count != model_.inputs.size()) {
    throw Failure(SLIPWAY_INVALID_ARGUMENT, std::to_string(call.input_count) + " inputs given, the model has " +
                                                std::to_string(model_.inputs.size()));
  }
  for (std::uint32_t i = 0; i < call.input_count; ++i) set_input(call.inputs[i]);
  request_.infer();
  for (std::uint32_t i = 0; i < call.output_count; ++i) give_output(call.outputs[i], *call.sink);
}
