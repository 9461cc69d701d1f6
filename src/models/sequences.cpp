#include "models/sequences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace slipway::models {

using core::invalid;

namespace {

core::Result<std::uint32_t> index_of(const std::vector<core::TensorInfo>& infos, const std::string& name,
                                     std::string_view kind) {
  const auto at = std::ranges::find(infos, name, &core::TensorInfo::name);
  if (at != infos.end()) return static_cast<std::uint32_t>(at - infos.begin());
  return invalid(fmt::format(R"(sequences name the {} "{}", the model has {})", kind, name, core::quoted_names(infos)));
}

template <class T>
std::vector<std::byte> bytes_of(T value) {
  std::vector<std::byte> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::vector<std::byte> element_of(double value, core::DataType dtype) {
  if (dtype == core::DataType::fp32) return bytes_of(static_cast<float>(value));
  if (dtype == core::DataType::int32) return bytes_of(static_cast<std::int32_t>(value));
  return bytes_of(static_cast<std::uint8_t>(value != 0));
}

core::Result<scheduler::ControlInput> control_of(const config::SequenceControl& control,
                                                 const std::vector<core::TensorInfo>& inputs) {
  scheduler::ControlInput made;
  TRY(made.input, index_of(inputs, control.input, "input"));
  made.info = inputs[made.input];
  if (made.info.dtype != control.dtype) {
    return invalid(fmt::format(R"(sequences fill the input "{}" with {}, the model takes {})", control.input,
                               core::name_of(control.dtype), core::name_of(made.info.dtype)));
  }
  made.kind = control.kind;
  if (made.kind == scheduler::ControlInput::Kind::correlation_id) return made;
  made.when_false = element_of(control.when_false, control.dtype);
  made.when_true = element_of(control.when_true, control.dtype);
  return made;
}

core::Result<scheduler::StateTensor> state_of(const config::SequenceState& state,
                                              const std::vector<core::TensorInfo>& inputs,
                                              const std::vector<core::TensorInfo>& outputs) {
  scheduler::StateTensor made;
  TRY(made.input, index_of(inputs, state.input, "input"));
  TRY(made.output, index_of(outputs, state.output, "output"));
  const core::TensorInfo& input = inputs[made.input];
  made.input_name = state.input;
  made.output_name = state.output;
  made.dtype = input.dtype;
  if (outputs[made.output].dtype != input.dtype || core::element_size(input.dtype) == 0) {
    return invalid(fmt::format(R"(the state "{}" is {} and its output "{}" {}; one type of numbers expected)",
                               state.input, core::name_of(input.dtype), state.output,
                               core::name_of(outputs[made.output].dtype)));
  }
  made.initial_shape = state.initial_shape.value_or(input.shape);
  // a configuration for batches leaves their dimension out
  if (made.initial_shape.size() + 1 == input.shape.size()) made.initial_shape.insert(made.initial_shape.begin(), 1);
  for (std::int64_t& dim : made.initial_shape) dim = dim < 0 ? 1 : dim;
  const auto count = core::element_count(made.initial_shape);
  if (!count || !core::matches(made.initial_shape, input.shape)) {
    return invalid(fmt::format(R"(the state "{}" begins with shape {}, the model takes {})", state.input,
                               core::to_string(made.initial_shape), core::to_string(input.shape)));
  }
  constexpr std::size_t most_bytes = 256U << 20U;
  const std::size_t size = static_cast<std::size_t>(*count) * core::element_size(input.dtype);
  if (size > most_bytes || (!state.initial.empty() && state.initial.size() != size)) {
    return invalid(
        fmt::format(R"(the state "{}" begins with {} bytes, {} expected)", state.input, state.initial.size(), size));
  }
  made.initial = state.initial;
  made.initial.resize(size);
  return made;
}

}  // namespace

core::Result<scheduler::SequenceOptions> sequence_options(const config::ModelSpec& spec,
                                                          const std::vector<core::TensorInfo>& inputs,
                                                          const std::vector<core::TensorInfo>& outputs) {
  scheduler::SequenceOptions options;
  options.model = spec.name;
  options.max_idle = spec.sequence->max_idle;
  options.max_sequences = spec.sequence->max_sequences;
  for (const config::SequenceControl& control : spec.sequence->controls) {
    TRY(auto made, control_of(control, inputs));
    options.controls.push_back(std::move(made));
  }
  for (const config::SequenceState& state : spec.sequence->states) {
    TRY(auto made, state_of(state, inputs, outputs));
    if (std::ranges::find(options.states, made.input, &scheduler::StateTensor::input) != options.states.end())
      return invalid(fmt::format("the state \"{}\" is named twice", state.input));
    options.states.push_back(std::move(made));
  }
  return options;
}

}  // namespace slipway::models
