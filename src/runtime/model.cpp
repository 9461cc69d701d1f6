#include "runtime/model.hpp"

#include <fmt/format.h>

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <utility>

#include "runtime/abi.hpp"
#include "runtime/outputs.hpp"

namespace slipway::runtime {

using core::Code;

namespace {

std::optional<GraphCounts> graph_from(const slipway_model_info& info) {
  constexpr std::size_t needed = offsetof(slipway_model_info, weight_bytes) + sizeof info.weight_bytes;
  if (info.struct_size < needed || info.operator_count == 0 || info.operators == nullptr) return std::nullopt;
  GraphCounts graph{.operators = {}, .parameters = info.parameters, .weight_bytes = info.weight_bytes};
  for (const slipway_operator_count& entry : std::span(info.operators, info.operator_count))
    graph.operators[text_from(entry.name)] += entry.count;
  return graph;
}

}  // namespace

core::Result<std::shared_ptr<Model>> Model::describe(std::shared_ptr<Backend> backend, slipway_model* handle,
                                                     const LoadOptions& options) {
  std::shared_ptr<Model> model(new Model());
  model->backend_ = std::move(backend);
  model->handle_ = handle;
  model->options_ = options;
  const std::string where = fmt::format("backend {}", model->backend_->name());
  const slipway_model_info* info = model->backend_->table_->model_info(handle);
  if (info == nullptr) return core::fail(Code::internal, where + " says nothing of the model: model_info gave NULL");
  auto inputs = infos_from("input", {info->inputs, info->input_count});
  if (!inputs) return std::unexpected(inputs.error().within(where));
  auto outputs = infos_from("output", {info->outputs, info->output_count});
  if (!outputs) return std::unexpected(outputs.error().within(where));
  model->inputs_ = std::move(*inputs);
  model->outputs_ = std::move(*outputs);
  for (const slipway_key_value& entry : std::span(info->metadata, info->metadata_count))
    model->metadata_.emplace_back(text_from(entry.key), text_from(entry.value));
  model->graph_ = graph_from(*info);
  return model;
}

Model::~Model() {
  if (handle_ != nullptr) backend_->table_->model_unload(handle_);
}

core::Result<std::unique_ptr<Instance>> Instance::create(std::shared_ptr<Model> model, std::uint32_t index) {
  const Backend& backend = *model->backend_;
  slipway_instance* handle = nullptr;
  TRY_VOID(call(backend.name(), [&](slipway_error* error) {
    return backend.table_->instance_create(model->handle_, index, &handle, error);
  }));
  if (handle == nullptr)
    return core::fail(Code::internal,
                      fmt::format("backend {} said that it made an instance, but gave none", backend.name()));
  std::unique_ptr<Instance> instance(new Instance(std::move(model)));
  instance->handle_ = handle;
  return instance;
}

Instance::~Instance() {
  if (handle_ != nullptr) model_->backend_->table_->instance_destroy(handle_);
}

core::Result<std::vector<core::Tensor>> Instance::run(std::span<const core::TensorView> inputs,
                                                      std::span<const std::uint32_t> outputs) {
  static constexpr std::byte nothing{};
  const Backend& backend = *model_->backend_;
  if (inputs.size() != model_->inputs_.size()) {
    return core::fail(Code::internal,
                      fmt::format("{} inputs given to a run, the model has {}", inputs.size(), model_->inputs_.size()));
  }
  boost::container::small_vector<slipway_tensor, 8> tensors;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const core::TensorView& input = inputs[i];
    tensors.push_back({.input_index = static_cast<std::uint32_t>(i),
                       .dtype = static_cast<slipway_dtype>(input.dtype),
                       .rank = static_cast<std::uint32_t>(input.shape.size()),
                       .shape = input.shape.data(),
                       .data = input.bytes.empty() ? &nothing : input.bytes.data(),
                       .size_bytes = input.bytes.size()});
  }
  Outputs collected(model_->outputs_, outputs);
  const slipway_output_sink sink = collected.sink();
  const slipway_run run{.struct_size = sizeof(slipway_run),
                        .inputs = tensors.data(),
                        .input_count = static_cast<std::uint32_t>(tensors.size()),
                        .outputs = outputs.data(),
                        .output_count = static_cast<std::uint32_t>(outputs.size()),
                        .sink = &sink};
  const auto ran =
      call(backend.name(), [&](slipway_error* error) { return backend.table_->instance_run(handle_, &run, error); });
  const auto where = [&backend] { return fmt::format("backend {}", backend.name()); };
  if (const auto verdict = collected.verdict(); !verdict) return std::unexpected(verdict.error().within(where()));
  if (!ran) return std::unexpected(ran.error());
  auto taken = collected.take();
  if (!taken) return std::unexpected(taken.error().within(where()));
  return taken;
}

core::Result<std::vector<std::unique_ptr<Runner>>> create_instances(const std::shared_ptr<Model>& model) {
  std::vector<std::unique_ptr<Runner>> instances;
  for (std::uint32_t i = 0; i < model->options().instances; ++i) {
    TRY(auto instance, Instance::create(model, i));
    instances.push_back(std::move(instance));
  }
  return instances;
}

}  // namespace slipway::runtime
