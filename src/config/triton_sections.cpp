#include "config/triton_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "config/labels_file.hpp"
#include "config/limits.hpp"
#include "config/triton_config.hpp"

namespace slipway::config {

using core::invalid;

namespace {

/// A Triton backend, or the old name of one with the format it ran, and who runs its models here; "" for whoever can.
struct BackendName {
  std::string_view triton;
  std::string_view ours;
};
constexpr std::array backends{BackendName{"onnxruntime", "onnxruntime"},
                              BackendName{"onnxruntime_onnx", "onnxruntime"},
                              BackendName{"openvino", "openvino"},
                              BackendName{"tensorflow", "openvino"},
                              BackendName{"tensorflow_savedmodel", "openvino"},
                              BackendName{"tensorflow_graphdef", "openvino"},
                              BackendName{"fake", "fake"}};
constexpr std::array<std::string_view, 5> others{"tensorrt", "tensorrt_plan", "pytorch", "pytorch_libtorch", "python"};

template <class Tensors>
core::Result<std::vector<DeclaredTensor>> declared(const Tensors& tensors, std::string_view kind) {
  std::vector<DeclaredTensor> out;
  for (const auto& tensor : tensors) {
    const std::string where = fmt::format(R"({} "{}")", kind, tensor.name());
    if (tensor.name().empty()) return invalid(fmt::format("{}: a name is missing", kind));
    DeclaredTensor made;
    made.name = tensor.name();
    if (tensor.data_type() != inference::TYPE_INVALID) {
      TRY(made.dtype, dtype_of(tensor.data_type(), where));
    }
    if (!tensor.dims().empty() || tensor.has_reshape()) {
      TRY(made.dims, dims_of(tensor.dims(), where));
    }
    if (tensor.has_reshape()) {
      TRY(made.reshape, dims_of(tensor.reshape().shape(), where + ": reshape"));
    }
    out.push_back(std::move(made));
  }
  return out;
}

core::Result<QueuePolicy> policy_of(const inference::ModelQueuePolicy& policy) {
  if (policy.default_timeout_microseconds() > static_cast<std::uint64_t>(most_timeout_us))
    return invalid(fmt::format("default_timeout_microseconds: {} given, {} at most, or 0 for no limit",
                               policy.default_timeout_microseconds(), most_timeout_us));
  return QueuePolicy{
      .delay_on_timeout = policy.timeout_action() == inference::ModelQueuePolicy::DELAY,
      .default_timeout = std::chrono::microseconds(static_cast<std::int64_t>(policy.default_timeout_microseconds())),
      .allow_timeout_override = policy.allow_timeout_override(),
      .max_queue_size = policy.max_queue_size()};
}

core::Result<void> read_priorities(const inference::ModelDynamicBatching& batching, ModelSpec& spec) {
  PrioritySpec priorities;
  if (batching.priority_levels() > static_cast<std::uint64_t>(most_priority_levels))
    return invalid(fmt::format("dynamic_batching.priority_levels: {} given, {} at most", batching.priority_levels(),
                               most_priority_levels));
  priorities.levels = static_cast<std::uint32_t>(batching.priority_levels());
  if (priorities.levels > 0) {
    if (batching.default_priority_level() < 1 || batching.default_priority_level() > priorities.levels)
      return invalid(fmt::format("dynamic_batching.default_priority_level: {} given, 1 to {} expected",
                                 batching.default_priority_level(), priorities.levels));
    priorities.default_level = static_cast<std::uint32_t>(batching.default_priority_level());
  }
  if (batching.has_default_queue_policy()) {
    TRY(priorities.default_policy, policy_of(batching.default_queue_policy()));
  }
  for (const auto& [level, policy] : batching.priority_queue_policy()) {
    if (level < 1 || level > priorities.levels)
      return invalid(fmt::format("dynamic_batching.priority_queue_policy: level {} given, 1 to {} expected", level,
                                 priorities.levels));
    TRY(const auto made, policy_of(policy));
    priorities.policies.emplace(static_cast<std::uint32_t>(level), made);
  }
  if (priorities.levels > 0 || priorities.default_policy) spec.priorities = std::move(priorities);
  return {};
}

/// A whole number in a parameter's text.
core::Result<std::uint32_t> count_of(const std::string& text, std::string_view key) {
  std::uint32_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure == std::errc() && end == text.data() + text.size() && value <= most_threads) return value;
  return invalid(fmt::format(R"(parameters "{}": "{}" given, a number up to {} expected)", key, text, most_threads));
}

}  // namespace

core::Result<core::DataType> dtype_of(inference::DataType type, std::string_view where) {
  if (type == inference::TYPE_STRING) return core::DataType::bytes;
  const std::string name = inference::DataType_Name(type);
  constexpr std::string_view prefix = "TYPE_";
  if (const auto dtype = name.starts_with(prefix) ? core::dtype_from_name(name.substr(prefix.size())) : std::nullopt)
    return *dtype;
  return invalid(fmt::format("{}: data_type {} is none that a tensor may have", where, name));
}

core::Result<core::Shape> dims_of(const google::protobuf::RepeatedField<std::int64_t>& dims, std::string_view where) {
  if (const auto wrong = std::ranges::find_if(dims, [](std::int64_t dim) { return dim < -1; }); wrong != dims.end())
    return invalid(fmt::format("{}: dimension {} given, -1 or a size expected", where, *wrong));
  return core::Shape(dims.begin(), dims.end());
}

core::Result<std::filesystem::path> file_below(const std::filesystem::path& folder, const std::string& name,
                                               std::string_view where) {
  const std::filesystem::path relative = std::filesystem::path(name).lexically_normal();
  if (relative.is_absolute() || relative.empty() || *relative.begin() == "..")
    return invalid(fmt::format(R"({}: "{}": a file in the model's folder expected)", where, name));
  return folder / relative;
}

core::Result<void> read_tensors(const inference::ModelConfig& config, const std::filesystem::path& folder,
                                ModelSpec& spec) {
  TRY(spec.inputs, declared(config.input(), "input"));
  TRY(spec.outputs, declared(config.output(), "output"));
  for (const auto& output : config.output()) {
    if (output.label_filename().empty()) continue;
    const std::string where = fmt::format(R"(output "{}")", output.name());
    TRY(const auto file, file_below(folder, output.label_filename(), where + ": label_filename"));
    auto labels = read_labels(file, "");
    if (!labels) return std::unexpected(labels.error().within(where));
    spec.output_labels.push_back({output.name(), *std::move(labels)});
    spec.files.push_back(file);
  }
  return {};
}

core::Result<void> read_instances(const inference::ModelConfig& config, ModelSpec& spec) {
  std::int64_t instances = 0;
  for (const auto& group : config.instance_group()) {
    if (group.count() < 0) return invalid(fmt::format("instance_group.count: {} given", group.count()));
    instances += std::max(group.count(), 1);
  }
  if (instances > most_instances)
    return invalid(fmt::format("instance_group: {} instances, {} at most", instances, most_instances));
  if (instances > 0) spec.instances = static_cast<std::uint32_t>(instances);
  return {};
}

core::Result<void> read_backend(const inference::ModelConfig& config, ModelSpec& spec) {
  const std::string& name = config.backend().empty() ? config.platform() : config.backend();
  if (!name.empty()) {
    if (std::ranges::find(others, name) != others.end())
      return invalid(fmt::format(R"("{}" has no runtime here; onnxruntime, openvino and tensorflow are served)", name));
    // others may be installed, which is known when the model is loaded
    const auto known = std::ranges::find(backends, name, &BackendName::triton);
    spec.backend = known == backends.end() ? name : std::string(known->ours);
  }
  const auto& optimization = config.optimization();
  for (const auto& accelerator : optimization.execution_accelerators().cpu_execution_accelerator()) {
    if (accelerator.name() != "openvino")
      return invalid(
          fmt::format(R"(optimization.execution_accelerators: "{}" given, openvino expected)", accelerator.name()));
    spec.backend = "openvino";
  }
  if (optimization.has_graph() && spec.backend == "onnxruntime") {
    const int level = optimization.graph().level();
    const char* graph = level < 0 ? "basic" : level == 0 ? "all" : "extended";
    spec.backend_options.emplace_back("graph_optimization", graph);
  }
  if (const auto threads = config.parameters().find(std::string(threads_parameter));
      threads != config.parameters().end()) {
    TRY(const std::uint32_t count, count_of(threads->second.string_value(), threads->first));
    if (count > 0) spec.threads = count;
  }
  return {};
}

core::Result<void> read_batching(const inference::ModelConfig& config, ModelSpec& spec) {
  if (config.max_batch_size() < 0)
    return invalid(fmt::format("max_batch_size: {} given, 0 or more expected", config.max_batch_size()));
  if (config.max_batch_size() > most_batch_rows)
    return invalid(fmt::format("max_batch_size: {} given, {} at most", config.max_batch_size(), most_batch_rows));
  spec.max_batch_size = config.max_batch_size();
  if (!config.has_dynamic_batching()) return {};
  const auto& batching = config.dynamic_batching();
  if (batching.max_queue_delay_microseconds() > static_cast<std::uint64_t>(most_delay_us))
    return invalid(fmt::format("dynamic_batching.max_queue_delay_microseconds: {} given, {} at most",
                               batching.max_queue_delay_microseconds(), most_delay_us));
  spec.max_delay = std::chrono::microseconds(static_cast<std::int64_t>(batching.max_queue_delay_microseconds()));
  BatchingSpec made;
  made.preserve_ordering = batching.preserve_ordering();
  for (const std::int32_t size : batching.preferred_batch_size()) {
    if (size < 1 || size > std::max(config.max_batch_size(), 1))
      return invalid(fmt::format("dynamic_batching.preferred_batch_size: {} given, 1 to max_batch_size {} expected",
                                 size, config.max_batch_size()));
    made.preferred_sizes.push_back(size);
  }
  std::ranges::sort(made.preferred_sizes);
  spec.batching = std::move(made);
  TRY_VOID(read_priorities(batching, spec));
  if (auto fits = check_ordering(spec); !fits) return std::unexpected(fits.error().within("dynamic_batching"));
  return {};
}

}  // namespace slipway::config
