#include "model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string_view>

#include "types.hpp"
#include "unranked.hpp"

namespace slipway::onnxruntime {

namespace {

GraphOptimizationLevel optimization_from(std::string_view value) {
  if (value == "all") return ORT_ENABLE_ALL;
  if (value == "extended") return ORT_ENABLE_EXTENDED;
  if (value == "basic") return ORT_ENABLE_BASIC;
  if (value == "off") return ORT_DISABLE_ALL;
  throw std::invalid_argument(
      fmt::format("backend option graph_optimization: \"{}\" given, all, extended, basic or off expected", value));
}

TensorDescription describe_tensor(std::string name, const Ort::TypeInfo& type, std::string_view what) {
  if (type.GetONNXType() != ONNX_TYPE_TENSOR) {
    throw std::domain_error(fmt::format(
        "{} \"{}\" is a sequence or map, only tensors are served (for scikit-learn convert with zipmap=False)", what,
        name));
  }
  const auto info = type.GetTensorTypeAndShapeInfo();
  const auto dtype = dtype_of(info.GetElementType());
  if (!dtype) throw std::domain_error(fmt::format("{} \"{}\" has an element type that the protocol lacks", what, name));
  TensorDescription description;
  description.name = std::move(name);
  description.dtype = *dtype;
  description.dims = info.GetShape();
  std::vector<const char*> symbols(description.dims.size());
  info.GetSymbolicDimensions(symbols.data(), symbols.size());
  description.dim_names.assign(symbols.begin(), symbols.end());
  return description;
}

/// Refuses an input of no known number of dimensions, which the runtime describes as a scalar.
void refuse_unranked(const std::string& path, const std::vector<TensorDescription>& inputs) {
  const auto scalar = [](const TensorDescription& input) { return input.dims.empty(); };
  if (std::ranges::none_of(inputs, scalar)) return;
  const std::set<std::string> unranked = unranked_tensors(path);
  for (const TensorDescription& input : inputs) {
    if (!scalar(input) || !unranked.contains(input.name)) continue;
    throw std::domain_error(
        fmt::format("input \"{}\" has no known number of dimensions, which cannot be served; export the model with the "
                    "shape of its inputs (a dynamic dimension may stay without a size)",
                    input.name));
  }
}

slipway_tensor_info info_of(TensorDescription& tensor) {
  for (const std::string& name : tensor.dim_names)
    tensor.dim_name_pointers.push_back(name.empty() ? nullptr : name.c_str());
  return {.name = tensor.name.c_str(),
          .dtype = tensor.dtype,
          .rank = static_cast<std::uint32_t>(tensor.dims.size()),
          .dims = tensor.dims.data(),
          .dim_names = tensor.dim_name_pointers.empty() ? nullptr : tensor.dim_name_pointers.data()};
}

}  // namespace

std::optional<GraphOptimizationLevel> optimization_of(const slipway_model_config& config) {
  std::optional<GraphOptimizationLevel> level;
  for (std::uint32_t i = 0; i < config.option_count; ++i) {
    const std::string_view key = config.options[i].key;
    if (key != "graph_optimization")
      throw std::invalid_argument(fmt::format("backend option \"{}\" is not known; there is: graph_optimization", key));
    level = optimization_from(config.options[i].value);
  }
  return level;
}

Model::Model(Ort::Env& env, const slipway_model_config& config)
    : env_(env), path_(config.path), threads_(config.threads) {
  options_.SetIntraOpNumThreads(static_cast<int>(threads_));
  options_.SetInterOpNumThreads(1);
  options_.SetExecutionMode(ORT_SEQUENTIAL);
  options_.AddConfigEntry("session.intra_op.allow_spinning", "0");
  if (const auto level = optimization_of(config)) options_.SetGraphOptimizationLevel(*level);
  shared_ = make_session();
  describe();
}

std::shared_ptr<Ort::Session> Model::make_session() const {
  return std::make_shared<Ort::Session>(env_, path_.c_str(), options_);
}

std::shared_ptr<Ort::Session> Model::session_for(std::uint32_t index) {
  return threads_ == 1 || index == 0 ? shared_ : make_session();
}

void Model::describe() {
  Ort::AllocatorWithDefaultOptions allocator;
  for (std::size_t i = 0; i < shared_->GetInputCount(); ++i) {
    inputs_.push_back(
        describe_tensor(shared_->GetInputNameAllocated(i, allocator).get(), shared_->GetInputTypeInfo(i), "input"));
  }
  for (std::size_t i = 0; i < shared_->GetOutputCount(); ++i) {
    outputs_.push_back(
        describe_tensor(shared_->GetOutputNameAllocated(i, allocator).get(), shared_->GetOutputTypeInfo(i), "output"));
  }
  refuse_unranked(path_, inputs_);
  const Ort::ModelMetadata metadata = shared_->GetModelMetadata();
  const auto add = [this](std::string key, std::string value) {
    if (!value.empty()) metadata_.emplace_back(std::move(key), std::move(value));
  };
  add("producer", metadata.GetProducerNameAllocated(allocator).get());
  add("graph", metadata.GetGraphNameAllocated(allocator).get());
  add("domain", metadata.GetDomainAllocated(allocator).get());
  add("description", metadata.GetDescriptionAllocated(allocator).get());
  add("model_version", std::to_string(metadata.GetVersion()));
  for (const auto& key : metadata.GetCustomMetadataMapKeysAllocated(allocator)) {
    add(key.get(), metadata.LookupCustomMetadataMapAllocated(key.get(), allocator).get());
  }
  for (TensorDescription& input : inputs_) input_infos_.push_back(info_of(input));
  for (TensorDescription& output : outputs_) output_infos_.push_back(info_of(output));
  for (const auto& [key, value] : metadata_) metadata_infos_.push_back({key.c_str(), value.c_str()});
  info_ = {.struct_size = sizeof info_,
           .inputs = input_infos_.data(),
           .input_count = static_cast<std::uint32_t>(input_infos_.size()),
           .outputs = output_infos_.data(),
           .output_count = static_cast<std::uint32_t>(output_infos_.size()),
           .metadata = metadata_infos_.data(),
           .metadata_count = static_cast<std::uint32_t>(metadata_infos_.size()),
           .operators = nullptr,
           .operator_count = 0,
           .parameters = 0,
           .weight_bytes = 0};
}

Instance::Instance(Model& model, std::uint32_t index)
    : session_(model.session_for(index)), memory_(Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault)) {
  for (const TensorDescription& input : model.inputs()) input_names_.push_back(input.name.c_str());
  for (const TensorDescription& output : model.outputs()) output_names_.push_back(output.name.c_str());
}

void Instance::run(const slipway_run& run) {
  names_.clear();
  wanted_.clear();
  values_.clear();
  outputs_.clear();
  for (std::uint32_t i = 0; i < run.input_count; ++i) {
    names_.push_back(input_names_.at(run.inputs[i].input_index));
    values_.push_back(value_from(run.inputs[i], memory_));
  }
  for (std::uint32_t i = 0; i < run.output_count; ++i) {
    wanted_.push_back(output_names_.at(run.outputs[i]));
    outputs_.emplace_back(nullptr);
  }
  session_->Run(Ort::RunOptions{nullptr}, names_.data(), values_.data(), values_.size(), wanted_.data(),
                outputs_.data(), outputs_.size());
  for (std::uint32_t i = 0; i < run.output_count; ++i) write_output(outputs_[i], run.outputs[i], *run.sink);
  values_.clear();  // what they refer to is the caller's
  outputs_.clear();
}

}  // namespace slipway::onnxruntime
