#include "runtime/model.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace slipway::runtime {

using core::Code;

namespace {

/// Where one run's outputs go.
struct Outputs {
  const std::vector<core::TensorInfo>* infos = nullptr;
  std::span<const std::uint32_t> wanted;
  std::vector<core::Tensor> tensors;
  std::vector<bool> given;
};

void* allocate(void* context, std::uint32_t output_index, slipway_dtype dtype, const std::int64_t* shape,
               std::uint32_t rank, std::uint64_t size_bytes) {
  auto& outputs = *static_cast<Outputs*>(context);
  for (std::size_t i = 0; i < outputs.wanted.size(); ++i) {
    if (outputs.wanted[i] != output_index) continue;
    try {
      core::Tensor& tensor = outputs.tensors[i];
      tensor.name = (*outputs.infos)[output_index].name;
      tensor.dtype = static_cast<core::DataType>(dtype);
      tensor.shape.assign(shape, shape + rank);
      tensor.data = core::Buffer(size_bytes);
      outputs.given[i] = true;
      return tensor.data.data();
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }
  return nullptr;
}

}  // namespace

Model::~Model() {
  if (handle_ != nullptr) backend_->table_->model_unload(handle_);
}

core::Result<std::unique_ptr<Instance>> Instance::create(std::shared_ptr<Model> model, std::uint32_t index) {
  std::unique_ptr<Instance> instance(new Instance(std::move(model)));
  slipway_error error{};
  const slipway_backend* table = instance->model_->backend_->table_;
  const auto code = table->instance_create(instance->model_->handle_, index, &instance->handle_, &error);
  if (code != SLIPWAY_OK) {
    instance->handle_ = nullptr;
    return core::fail(static_cast<Code>(code),
                      std::string(error.message, strnlen(error.message, SLIPWAY_ERROR_CAPACITY)));
  }
  return instance;
}

Instance::~Instance() {
  if (handle_ != nullptr) model_->backend_->table_->instance_destroy(handle_);
}

core::Result<std::vector<core::Tensor>> Instance::run(std::span<const core::TensorView> inputs,
                                                      std::span<const std::uint32_t> outputs) {
  static constexpr std::byte nothing{};
  std::vector<slipway_tensor> tensors;
  tensors.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const core::TensorView& input = inputs[i];
    tensors.push_back({.input_index = static_cast<std::uint32_t>(i),
                       .dtype = static_cast<slipway_dtype>(input.dtype),
                       .rank = static_cast<std::uint32_t>(input.shape.size()),
                       .shape = input.shape.data(),
                       .data = input.bytes.empty() ? &nothing : input.bytes.data(),
                       .size_bytes = input.bytes.size()});
  }
  Outputs collected{.infos = &model_->outputs_,
                    .wanted = outputs,
                    .tensors = std::vector<core::Tensor>(outputs.size()),
                    .given = std::vector<bool>(outputs.size())};
  const slipway_output_sink sink{.context = &collected, .allocate = allocate};
  const slipway_run run{.struct_size = sizeof(slipway_run),
                        .inputs = tensors.data(),
                        .input_count = static_cast<std::uint32_t>(tensors.size()),
                        .outputs = outputs.data(),
                        .output_count = static_cast<std::uint32_t>(outputs.size()),
                        .sink = &sink};
  slipway_error error{};
  const auto code = model_->backend_->table_->instance_run(handle_, &run, &error);
  if (code != SLIPWAY_OK) {
    return core::fail(static_cast<Code>(code),
                      std::string(error.message, strnlen(error.message, SLIPWAY_ERROR_CAPACITY)));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!collected.given[i]) {
      return core::fail(Code::internal, fmt::format("backend {} gave no output \"{}\"", model_->backend_->name(),
                                                    model_->outputs_[outputs[i]].name));
    }
  }
  return std::move(collected.tensors);
}

}  // namespace slipway::runtime
