#include <google/protobuf/util/json_util.h>
#include <model_config.pb.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "config/triton_config.hpp"
#include "config/triton_json.hpp"
#include "protocol/v2_documents.hpp"

namespace slipway::protocol {

namespace {

/// Triton's element type; strings are TYPE_STRING.
inference::DataType config_type(core::DataType dtype) {
  inference::DataType type = inference::TYPE_STRING;
  if (dtype != core::DataType::bytes) inference::DataType_Parse("TYPE_" + std::string(core::name_of(dtype)), &type);
  return type;
}

/// The configuration that somebody wrote, which has fields that this program does not know; empty where there is none.
inference::ModelConfig declared_in(const config::ModelSpec& spec) {
  inference::ModelConfig config;
  if (!spec.triton_config.empty() && !google::protobuf::util::JsonStringToMessage(spec.triton_config, &config).ok())
    config.Clear();
  return config;
}

/// The most rows of a batch, or 1 where no request is joined with another but the dimensions were declared without the
/// batch's, and can be told so.
std::int64_t told_batch_size(const models::ModelVersion& version) {
  if (version.max_batch_size() > 0 || version.spec().max_batch_size.value_or(0) == 0) return version.max_batch_size();
  const auto may_have_row = [](const core::TensorInfo& info) {
    return !info.shape.empty() && (info.shape.front() == 1 || info.shape.front() == -1);
  };
  const bool all =
      std::ranges::all_of(version.inputs(), may_have_row) && std::ranges::all_of(version.outputs(), may_have_row);
  return all ? 1 : 0;
}

template <class Dims>
void set_dims(Dims& dims, const core::Shape& shape, bool batches) {
  dims.Assign(shape.begin() + (batches && !shape.empty() ? 1 : 0), shape.end());
}

/// The tensors that are served, with what is declared of them besides their types and dimensions.
template <class Tensors>
void set_tensors(Tensors& tensors, const std::vector<core::TensorInfo>& infos, bool batches) {
  const Tensors declared = tensors;
  tensors.Clear();
  for (const core::TensorInfo& info : infos) {
    auto& made = *tensors.Add();
    const auto said =
        std::find_if(declared.begin(), declared.end(), [&](const auto& tensor) { return tensor.name() == info.name; });
    if (said != declared.end()) made = *said;
    made.set_name(info.name);
    made.set_data_type(config_type(info.dtype));
    set_dims(*made.mutable_dims(), info.shape, batches);
  }
}

/// The declared groups where they have as many instances as run, with what Triton gives those that leave it out.
void set_instances(inference::ModelConfig& config, std::uint32_t instances) {
  std::int64_t declared = 0;
  for (const auto& group : config.instance_group()) declared += std::max(group.count(), 1);
  if (declared != instances) {
    config.clear_instance_group();
    auto& group = *config.add_instance_group();
    group.set_name(config.name());
    group.set_count(static_cast<std::int32_t>(instances));
  }
  for (int i = 0; i < config.instance_group_size(); ++i) {
    auto& group = *config.mutable_instance_group(i);
    if (group.name().empty()) group.set_name(config.name() + "_" + std::to_string(i));
    group.set_count(std::max(group.count(), 1));
    group.set_kind(inference::ModelInstanceGroup::KIND_CPU);
    group.clear_gpus();
  }
}

void set_policy(inference::ModelQueuePolicy& made, const config::QueuePolicy& policy) {
  made.set_timeout_action(policy.delay_on_timeout ? inference::ModelQueuePolicy::DELAY
                                                  : inference::ModelQueuePolicy::REJECT);
  made.set_default_timeout_microseconds(static_cast<std::uint64_t>(policy.default_timeout.count()));
  made.set_allow_timeout_override(policy.allow_timeout_override);
  made.set_max_queue_size(static_cast<std::uint32_t>(policy.max_queue_size));
}

/// How requests are joined and in which order they are taken.
void set_batching(inference::ModelDynamicBatching& made, const config::ModelSpec& spec, std::int64_t max_batch_size) {
  made.Clear();
  const config::BatchingSpec batching = spec.batching.value_or(config::BatchingSpec{});
  for (const std::int64_t size : batching.preferred_sizes) {
    // larger ones are never reached, and Triton refuses them
    if (size <= std::max<std::int64_t>(max_batch_size, 1))
      made.add_preferred_batch_size(static_cast<std::int32_t>(size));
  }
  made.set_max_queue_delay_microseconds(
      static_cast<std::uint64_t>(spec.max_delay.value_or(std::chrono::microseconds(0)).count()));
  made.set_preserve_ordering(batching.preserve_ordering.value_or(false));
  if (!spec.priorities) return;
  const config::PrioritySpec& priorities = *spec.priorities;
  made.set_priority_levels(priorities.levels);
  made.set_default_priority_level(priorities.default_level);
  if (priorities.default_policy) set_policy(*made.mutable_default_queue_policy(), *priorities.default_policy);
  for (const auto& [level, policy] : priorities.policies)
    set_policy((*made.mutable_priority_queue_policy())[level], policy);
}

/// What a YAML file says of sequences.
void set_sequences(inference::ModelSequenceBatching& made, const config::SequenceSpec& sequence,
                   const std::vector<core::TensorInfo>& inputs, bool batches) {
  made.Clear();
  made.mutable_oldest()->set_max_candidate_sequences(static_cast<std::int32_t>(sequence.max_sequences));
  for (const config::SequenceState& state : sequence.states) {
    auto& told = *made.add_state();
    told.set_input_name(state.input);
    told.set_output_name(state.output);
    const auto input = std::ranges::find(inputs, state.input, &core::TensorInfo::name);
    if (input == inputs.end()) continue;
    told.set_data_type(config_type(input->dtype));
    set_dims(*told.mutable_dims(), input->shape, batches);
  }
}

/// The one of the two that is in effect: a message that has both is none.
void set_scheduling(inference::ModelConfig& config, const models::ModelVersion& version) {
  const config::ModelSpec& spec = version.spec();
  if (spec.sequence) {
    auto& told = *config.mutable_sequence_batching();
    if (!spec.sequence->is_tritons)
      set_sequences(told, *spec.sequence, version.model().inputs(), config.max_batch_size() > 0);
    told.set_max_sequence_idle_microseconds(static_cast<std::uint64_t>(spec.sequence->max_idle.count()));
  } else if (version.max_batch_size() > 1 || spec.batching || spec.priorities) {
    set_batching(*config.mutable_dynamic_batching(), spec, version.max_batch_size());
  } else {
    config.clear_scheduling_choice();
  }
}

/// What `optimization` says of the backend that runs the model, as it is in effect.
void set_optimization(inference::ModelConfig& config, const config::ModelSpec& spec) {
  if (!config.has_optimization()) return;
  auto& optimization = *config.mutable_optimization();
  constexpr std::array<std::pair<std::string_view, int>, 3> levels{{{"basic", -1}, {"all", 0}, {"extended", 1}}};
  const auto option =
      std::ranges::find(spec.backend_options, "graph_optimization", &std::pair<std::string, std::string>::first);
  const auto level = option == spec.backend_options.end()
                         ? levels.end()
                         : std::ranges::find(levels, option->second, &std::pair<std::string_view, int>::first);
  if (level == levels.end()) {
    optimization.clear_graph();
  } else if (optimization.has_graph()) {
    optimization.mutable_graph()->set_level(level->second);
  }
  if (config.backend() != "openvino" && optimization.has_execution_accelerators()) {
    auto& accelerators = *optimization.mutable_execution_accelerators();
    accelerators.clear_cpu_execution_accelerator();
    if (accelerators.ByteSizeLong() == 0) optimization.clear_execution_accelerators();
  }
  if (optimization.ByteSizeLong() == 0) config.clear_optimization();
}

void set_versions(inference::ModelVersionPolicy& policy, const config::VersionPolicy& versions) {
  policy.Clear();
  if (versions.latest) {
    policy.mutable_latest()->set_num_versions(*versions.latest);
  } else if (versions.specific.empty()) {
    policy.mutable_all();
  } else {
    for (const std::int64_t version : versions.specific) policy.mutable_specific()->add_versions(version);
  }
}

}  // namespace

std::string model_config(const models::ModelVersion& version) {
  const config::ModelSpec& spec = version.spec();
  const runtime::Model& model = version.model();
  inference::ModelConfig config = declared_in(spec);
  config.set_name(version.name());
  config.set_platform(model.backend().name() + "_" + model.options().format);
  config.set_backend(model.backend().name());
  set_versions(*config.mutable_version_policy(), spec.versions.value_or(config::VersionPolicy{}));
  config.set_max_batch_size(static_cast<std::int32_t>(told_batch_size(version)));
  const bool batches = config.max_batch_size() > 0;
  set_tensors(*config.mutable_input(), version.inputs(), batches);
  set_tensors(*config.mutable_output(), version.outputs(), batches);
  set_instances(config, version.instances());
  config.set_default_model_filename(spec.model_filename);
  if (spec.response_cache) config.mutable_response_cache()->set_enable(*spec.response_cache);
  const std::string threads(config::threads_parameter);
  if (config.parameters().contains(threads))
    (*config.mutable_parameters())[threads].set_string_value(std::to_string(model.options().threads));
  set_optimization(config, spec);
  set_scheduling(config, version);
  return boost::json::serialize(config::json_of(config, config::Unset::default_value));
}

}  // namespace slipway::protocol
