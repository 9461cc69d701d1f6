#include "models/signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace slipway::models {

using core::invalid;

namespace {

/// Finds the declaration that the model has no tensor for.
core::Result<void> check_known(const std::vector<config::DeclaredTensor>& declared,
                               const std::vector<core::TensorInfo>& infos, std::string_view kind) {
  for (const config::DeclaredTensor& tensor : declared) {
    if (std::ranges::find(infos, tensor.name, &core::TensorInfo::name) != infos.end()) continue;
    return invalid(fmt::format(R"(the configuration declares the {} "{}", the model has {})", kind, tensor.name,
                               core::quoted_names(infos)));
  }
  return {};
}

const config::DeclaredTensor* find(const std::vector<config::DeclaredTensor>& declared, const std::string& name) {
  const auto found = std::ranges::find(declared, name, &config::DeclaredTensor::name);
  return found == declared.end() ? nullptr : &*found;
}

/// An input that the server fills itself.
bool is_kept(const config::ModelSpec& spec, const std::string& input) {
  return spec.sequence && (std::ranges::find(spec.sequence->controls, input, &config::SequenceControl::input) !=
                               spec.sequence->controls.end() ||
                           std::ranges::find(spec.sequence->states, input, &config::SequenceState::input) !=
                               spec.sequence->states.end());
}

bool is_state(const config::ModelSpec& spec, const std::string& output) {
  return spec.sequence && std::ranges::find(spec.sequence->states, output, &config::SequenceState::output) !=
                              spec.sequence->states.end();
}

/// The product of the fixed dimensions; nothing where it is too large to count.
std::optional<std::int64_t> fixed_elements(core::Shape shape) {
  std::ranges::replace(shape, -1, 1);
  return core::element_count(shape);
}

}  // namespace

core::Shape reshaped(const core::Shape& given, const core::Shape& from, const core::Shape& to) {
  core::Shape made = to;
  auto open = made.begin();
  for (std::size_t i = 0; i < given.size() && i < from.size(); ++i) {
    if (from[i] >= 0) continue;
    open = std::find(open, made.end(), -1);
    if (open == made.end()) break;
    *open++ = given[i];
  }
  return made;
}

core::Result<Signature::Place> Signature::add(const config::DeclaredTensor* declared, const core::TensorInfo& info,
                                              bool batches, std::vector<core::TensorInfo>& shown) {
  Place place;
  if (declared == nullptr) {
    shown.push_back(info);
    return place;
  }
  const auto where = [&] { return fmt::format(R"("{}")", info.name); };
  if (declared->dtype && *declared->dtype != info.dtype) {
    return invalid(fmt::format("{}: the configuration says {}, the model {}", where(), core::name_of(*declared->dtype),
                               core::name_of(info.dtype)));
  }
  if (!declared->dims) {
    shown.push_back(info);
    return place;
  }
  core::Shape model_shape = declared->reshape.value_or(*declared->dims);
  if (batches) model_shape.insert(model_shape.begin(), -1);
  const bool fits = std::ranges::equal(model_shape, info.shape,
                                       [](std::int64_t a, std::int64_t b) { return a == b || a == -1 || b == -1; });
  if (!fits || model_shape.size() != info.shape.size()) {
    return invalid(fmt::format("{}: the configuration says {}{}, the model {}", where(), core::to_string(model_shape),
                               batches ? " with the batch" : "", core::to_string(info.shape)));
  }
  core::TensorInfo seen = info;
  if (declared->reshape) {
    const auto elements = fixed_elements(*declared->dims);
    if (!elements || elements != fixed_elements(*declared->reshape) ||
        std::ranges::count(*declared->dims, -1) != std::ranges::count(*declared->reshape, -1)) {
      return invalid(fmt::format("{}: {} cannot be reshaped to {}", where(), core::to_string(*declared->dims),
                                 core::to_string(*declared->reshape)));
    }
    place.reshape = Reshape{*declared->dims, *declared->reshape};
    seen.shape = *declared->dims;
    if (batches) seen.shape.insert(seen.shape.begin(), -1);
    seen.dim_names.clear();
  } else {
    for (std::size_t i = 0; i < seen.shape.size(); ++i) {
      if (seen.shape[i] == -1) seen.shape[i] = model_shape[i];
    }
  }
  shown.push_back(std::move(seen));
  return place;
}

core::Result<Signature> Signature::of(const config::ModelSpec& spec, const std::vector<core::TensorInfo>& model_inputs,
                                      const std::vector<core::TensorInfo>& model_outputs, bool batches) {
  Signature made;
  made.batches_ = batches;
  made.model_inputs_ = model_inputs.size();
  TRY_VOID(check_known(spec.inputs, model_inputs, "input"));
  TRY_VOID(check_known(spec.outputs, model_outputs, "output"));
  for (std::uint32_t i = 0; i < model_inputs.size(); ++i) {
    if (is_kept(spec, model_inputs[i].name)) continue;
    auto place = add(find(spec.inputs, model_inputs[i].name), model_inputs[i], batches, made.inputs_);
    if (!place) return std::unexpected(place.error().within("input"));
    place->index = i;
    made.input_places_.push_back(*std::move(place));
  }
  for (std::uint32_t i = 0; i < model_outputs.size(); ++i) {
    const config::DeclaredTensor* declared = find(spec.outputs, model_outputs[i].name);
    if (declared == nullptr && (!spec.outputs.empty() || is_state(spec, model_outputs[i].name))) continue;
    auto place = add(declared, model_outputs[i], batches, made.outputs_);
    if (!place) return std::unexpected(place.error().within("output"));
    place->index = i;
    made.output_places_.push_back(*std::move(place));
  }
  const auto reshapes = [](const Place& place) { return place.reshape.has_value(); };
  made.reshapes_outputs_ = std::ranges::any_of(made.output_places_, reshapes);
  made.plain_ = made.inputs_.size() == model_inputs.size() && made.outputs_.size() == model_outputs.size() &&
                !made.reshapes_outputs_ && std::ranges::none_of(made.input_places_, reshapes);
  return made;
}

void Signature::to_model(scheduler::Job& job) const {
  if (plain_) return;
  std::vector<core::TensorView> inputs(model_inputs_);
  for (std::size_t i = 0; i < input_places_.size(); ++i) {
    core::TensorView& input = inputs[input_places_[i].index];
    input = std::move(job.request.inputs[i]);
    const auto& reshape = input_places_[i].reshape;
    if (reshape) input.shape = models_shape(*reshape, input.shape);
  }
  job.request.inputs = std::move(inputs);
  for (std::uint32_t& output : job.outputs) output = output_places_[output].index;
  if (reshapes_outputs_) job.done = reshaped_back(std::move(job.done));
}

core::Shape Signature::models_shape(const Reshape& reshape, const core::Shape& shape) const {
  const core::Shape given(shape.begin() + (batches_ ? 1 : 0), shape.end());
  core::Shape made = reshaped(given, reshape.clients, reshape.models);
  if (batches_) made.insert(made.begin(), shape.front());
  return made;
}

core::Result<core::Shape> Signature::one_row(const core::TensorInfo& input, core::Shape dims) const {
  const auto shown = std::ranges::find(inputs_, input.name, &core::TensorInfo::name);
  const bool is_filled = shown == inputs_.end();
  const core::Shape& expected = is_filled ? input.shape : shown->shape;
  if (batches_ && (!is_filled || dims.size() + 1 == expected.size())) dims.insert(dims.begin(), 1);
  if (!core::matches(dims, expected)) {
    return invalid(fmt::format(R"(input "{}": {}{} given, {} expected)", input.name, core::to_string(dims),
                               batches_ ? " with the batch" : "", core::to_string(expected)));
  }
  if (is_filled) return dims;
  const auto& reshape = input_places_[static_cast<std::size_t>(shown - inputs_.begin())].reshape;
  return reshape ? models_shape(*reshape, dims) : dims;
}

core::Completion Signature::reshaped_back(core::Completion done) const {
  return [this, done = std::move(done)](core::Result<core::Response> result) mutable {
    if (result) {
      for (core::Tensor& tensor : result->outputs) {
        const auto at = std::ranges::find(outputs_, tensor.name, &core::TensorInfo::name) - outputs_.begin();
        const auto& reshape = output_places_.at(static_cast<std::size_t>(at)).reshape;
        if (!reshape) continue;
        const core::Shape given(tensor.shape.begin() + (batches_ ? 1 : 0), tensor.shape.end());
        core::Shape shape = reshaped(given, reshape->models, reshape->clients);
        if (batches_) shape.insert(shape.begin(), tensor.shape.front());
        tensor.shape = std::move(shape);
      }
    }
    done(std::move(result));
  };
}

}  // namespace slipway::models
