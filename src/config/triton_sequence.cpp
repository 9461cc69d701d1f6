#include <fmt/format.h>

#include <algorithm>

#include "config/limits.hpp"
#include "config/text_file.hpp"
#include "config/triton_sections.hpp"

namespace slipway::config {

using core::invalid;

namespace {

using Sequences = inference::ModelSequenceBatching;

core::Result<SequenceControl> control_of(const std::string& input, const Sequences::Control& control) {
  const std::string where = fmt::format(R"(sequence_batching.control_input "{}")", input);
  SequenceControl made;
  made.input = input;
  switch (control.kind()) {
    case Sequences::Control::CONTROL_SEQUENCE_START: made.kind = SequenceControl::Kind::start; break;
    case Sequences::Control::CONTROL_SEQUENCE_END: made.kind = SequenceControl::Kind::end; break;
    case Sequences::Control::CONTROL_SEQUENCE_READY: made.kind = SequenceControl::Kind::ready; break;
    case Sequences::Control::CONTROL_SEQUENCE_CORRID: made.kind = SequenceControl::Kind::correlation_id; break;
    default: return invalid(where + ": a kind that is not known");
  }
  if (made.kind == SequenceControl::Kind::correlation_id) {
    TRY(made.dtype, dtype_of(control.data_type(), where));
    const auto takes = {core::DataType::uint64, core::DataType::int64, core::DataType::uint32, core::DataType::int32,
                        core::DataType::bytes};
    if (std::ranges::find(takes, made.dtype) == takes.end())
      return invalid(where + ": a correlation id is of TYPE_UINT64, INT64, UINT32, INT32 or STRING");
    return made;
  }
  const auto two = [&](const auto& values, core::DataType dtype) {
    made.dtype = dtype;
    made.when_false = static_cast<double>(values[0]);
    made.when_true = static_cast<double>(values[1]);
    return made;
  };
  if (control.int32_false_true_size() == 2) return two(control.int32_false_true(), core::DataType::int32);
  if (control.fp32_false_true_size() == 2) return two(control.fp32_false_true(), core::DataType::fp32);
  if (control.bool_false_true_size() == 2) return two(control.bool_false_true(), core::DataType::boolean);
  return invalid(where + ": int32_false_true, fp32_false_true or bool_false_true with two values expected");
}

/// Notes in `files` what it reads.
core::Result<SequenceState> state_of(const Sequences::State& state, const std::filesystem::path& folder,
                                     std::vector<std::filesystem::path>& files) {
  const std::string where = fmt::format(R"(sequence_batching.state "{}")", state.input_name());
  if (state.input_name().empty() || state.output_name().empty())
    return invalid(where + ": input_name and output_name expected");
  if (state.initial_state_size() > 1) return invalid(where + ": one initial_state expected");
  SequenceState made{state.input_name(), state.output_name(), {}, {}};
  if (state.initial_state().empty()) return made;
  const auto& initial = state.initial_state(0);
  TRY(made.initial_shape, dims_of(initial.dims(), where));
  if (initial.data_file().empty()) return made;
  TRY(const auto file, file_below(folder / "initial_state", initial.data_file(), where + ": data_file"));
  TRY(const std::string bytes, read_text_file(file));
  const auto view = std::as_bytes(std::span(bytes));
  made.initial.assign(view.begin(), view.end());
  files.push_back(file);
  return made;
}

}  // namespace

core::Result<void> read_sequence(const inference::ModelConfig& config, const std::filesystem::path& folder,
                                 ModelSpec& spec) {
  if (!config.has_sequence_batching()) return {};
  const Sequences& given = config.sequence_batching();
  SequenceSpec sequence;
  sequence.is_tritons = true;
  constexpr auto most_idle_us = static_cast<std::uint64_t>(most_timeout_us);
  if (given.max_sequence_idle_microseconds() > most_idle_us)
    return invalid(fmt::format("sequence_batching.max_sequence_idle_microseconds: {} given, {} at most",
                               given.max_sequence_idle_microseconds(), most_idle_us));
  if (given.max_sequence_idle_microseconds() > 0)
    sequence.max_idle = std::chrono::microseconds(static_cast<std::int64_t>(given.max_sequence_idle_microseconds()));
  // Triton joins requests of so many sequences at one time and has the others wait: it refuses none for it
  sequence.max_sequences =
      std::max(sequence.max_sequences, static_cast<std::size_t>(std::max(given.oldest().max_candidate_sequences(), 0)));
  for (const auto& input : given.control_input()) {
    for (const auto& control : input.control()) {
      TRY(auto made, control_of(input.name(), control));
      sequence.controls.push_back(std::move(made));
    }
  }
  for (const auto& state : given.state()) {
    TRY(auto made, state_of(state, folder, spec.files));
    sequence.states.push_back(std::move(made));
  }
  spec.sequence = std::move(sequence);
  return {};
}

core::Result<void> read_warm_ups(const inference::ModelConfig& config, const std::filesystem::path& folder,
                                 ModelSpec& spec) {
  constexpr std::uint32_t most_counted = 10'000;
  for (const auto& given : config.model_warmup()) {
    if (given.batch_size() == 0) continue;
    WarmUp made;
    made.name = given.name();
    made.batch_size = given.batch_size();
    made.count = std::clamp<std::uint32_t>(given.count(), 1, most_counted);
    for (const auto& [name, input] : given.inputs()) {
      const std::string where = fmt::format(R"(model_warmup "{}", input "{}")", given.name(), name);
      WarmUp::Input tensor;
      tensor.name = name;
      TRY(tensor.dtype, dtype_of(input.data_type(), where));
      TRY(tensor.dims, dims_of(input.dims(), where));
      if (std::ranges::any_of(tensor.dims, [](std::int64_t dim) { return dim < 0; }))
        return invalid(where + ": sizes expected, -1 is none");
      tensor.random = input.random_data();
      if (!input.input_data_file().empty()) {
        TRY(tensor.file, file_below(folder / "warmup", input.input_data_file(), where + ": input_data_file"));
        spec.files.push_back(tensor.file);
      }
      made.inputs.push_back(std::move(tensor));
    }
    std::ranges::sort(made.inputs, {}, &WarmUp::Input::name);
    spec.warm_ups.push_back(std::move(made));
  }
  return {};
}

}  // namespace slipway::config
