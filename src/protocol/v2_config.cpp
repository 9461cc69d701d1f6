#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/v2_documents.hpp"

namespace slipway::protocol {

namespace json = boost::json;

namespace {

/// Triton's name of an element type: "TYPE_FP32"; strings are "TYPE_STRING".
std::string config_type(core::DataType dtype) {
  return dtype == core::DataType::bytes ? "TYPE_STRING" : "TYPE_" + std::string(core::name_of(dtype));
}

/// Dimensions stand without the batch dimension where the model batches.
json::array tensors(const std::vector<core::TensorInfo>& infos, bool batches) {
  json::array out;
  for (const core::TensorInfo& info : infos) {
    out.push_back({{"name", info.name},
                   {"data_type", config_type(info.dtype)},
                   {"dims", json::array(info.shape.begin() + (batches ? 1 : 0), info.shape.end())}});
  }
  return out;
}

json::object sequences(const config::SequenceSpec& sequence) {
  json::array states;
  for (const config::SequenceState& state : sequence.states)
    states.push_back({{"input_name", state.input}, {"output_name", state.output}});
  return {{"max_sequence_idle_microseconds", sequence.max_idle.count()},
          {"oldest", json::object{{"max_candidate_sequences", sequence.max_sequences}}},
          {"state", std::move(states)}};
}

json::object queue_policy(const config::QueuePolicy& policy) {
  return {{"timeout_action", policy.delay_on_timeout ? "DELAY" : "REJECT"},
          {"default_timeout_microseconds", policy.default_timeout.count()},
          {"allow_timeout_override", policy.allow_timeout_override},
          {"max_queue_size", policy.max_queue_size}};
}

/// How requests are joined and in which order they are taken, in Triton's words.
json::object dynamic_batching(const config::ModelSpec& spec) {
  const config::BatchingSpec batching = spec.batching.value_or(config::BatchingSpec{});
  json::object made{
      {"preferred_batch_size", json::array(batching.preferred_sizes.begin(), batching.preferred_sizes.end())},
      {"max_queue_delay_microseconds", spec.max_delay.value_or(std::chrono::microseconds(0)).count()}};
  if (batching.preserve_ordering.value_or(false)) made["preserve_ordering"] = true;
  if (!spec.priorities) return made;
  const config::PrioritySpec& priorities = *spec.priorities;
  if (priorities.levels > 0) {
    made["priority_levels"] = priorities.levels;
    made["default_priority_level"] = priorities.default_level;
  }
  if (priorities.default_policy) made["default_queue_policy"] = queue_policy(*priorities.default_policy);
  json::object policies;
  for (const auto& [level, policy] : priorities.policies) policies[std::to_string(level)] = queue_policy(policy);
  if (!policies.empty()) made["priority_queue_policy"] = std::move(policies);
  return made;
}

/// What a config.pbtxt says of tensors besides their names, types and dimensions: what clients ask of it is the format.
void add_declared_of(json::array& tensors, const json::value& declared) {
  for (json::value& tensor : tensors) {
    json::object& made = tensor.as_object();
    for (const json::value& said : declared.as_array()) {
      const json::object& fields = said.as_object();
      if (const auto* name = fields.if_contains("name"); name == nullptr || *name != made["name"]) continue;
      for (const auto& [key, value] : fields) {
        if (!made.contains(key)) made[key] = value;
      }
    }
  }
}

/// What a config.pbtxt says besides what the model as it is loaded says better.
void add_declared(json::object& config, const std::string& declared) {
  if (declared.empty()) return;
  constexpr std::array<std::string_view, 7> ours{"name",           "platform", "backend", "version_policy",
                                                 "max_batch_size", "input",    "output"};
  json::value said = json::parse(declared);
  for (const char* tensors : {"input", "output"}) {
    if (const json::value* of_them = said.as_object().if_contains(tensors))
      add_declared_of(config[tensors].as_array(), *of_them);
  }
  for (auto& [key, value] : said.as_object()) {
    if (std::ranges::find(ours, std::string_view(key)) == ours.end()) config[key] = std::move(value);
  }
}

}  // namespace

std::string model_config(const models::ModelVersion& version) {
  const bool batches = version.max_batch_size() > 0;
  const runtime::Model& model = version.model();
  json::object config{
      {"name", version.name()},
      {"platform", model.backend().name() + "_" + model.options().format},
      {"backend", model.backend().name()},
      {"version_policy", {{"specific", {{"versions", json::array{std::stoll(version.version())}}}}}},
      {"max_batch_size", version.max_batch_size()},
      {"input", tensors(version.inputs(), batches)},
      {"output", tensors(version.outputs(), batches)},
      {"instance_group",
       json::array{json::object{{"name", version.name()}, {"kind", "KIND_CPU"}, {"count", version.instances()}}}},
      {"default_model_filename", model.options().path.filename().string()},
      {"parameters", json::object{}}};
  // the two are one choice: a message that has both is none
  if (const auto& sequence = version.spec().sequence) {
    config["sequence_batching"] = sequences(*sequence);
  } else if (version.max_batch_size() > 1 || version.spec().batching || version.spec().priorities) {
    config["dynamic_batching"] = dynamic_batching(version.spec());
  }
  add_declared(config, version.spec().triton_config);
  return json::serialize(config);
}

}  // namespace slipway::protocol
