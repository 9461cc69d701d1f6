#include "config/model_yaml_text.hpp"

#include <yaml-cpp/yaml.h>

#include <string>
#include <utility>
#include <vector>

#include "config/yaml_put.hpp"

namespace slipway::config {

namespace {

template <class Value>
void put_given(YAML::Emitter& out, const char* key, const std::optional<Value>& value) {
  if (value) put(out, key, *value);
}
void put_given(YAML::Emitter& out, const char* key, const std::string& value) {
  if (!value.empty()) put(out, key, value);
}

void begin(YAML::Emitter& out, const char* key) { out << YAML::Key << key << YAML::Value << YAML::BeginMap; }

void put_pairs(YAML::Emitter& out, const char* key, const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty()) return;
  begin(out, key);
  for (const auto& [name, value] : pairs) out << YAML::Key << name << YAML::Value << value;
  out << YAML::EndMap;
}

void put_policy(YAML::Emitter& out, const QueuePolicy& policy) {
  out << YAML::BeginMap;
  put(out, "timeout_action", policy.delay_on_timeout ? "delay" : "reject");
  put(out, "default_timeout_us", policy.default_timeout.count());
  put(out, "allow_timeout_override", policy.allow_timeout_override);
  put(out, "max_queue_size", policy.max_queue_size);
  out << YAML::EndMap;
}

void put_priorities(YAML::Emitter& out, const PrioritySpec& priorities) {
  begin(out, "priorities");
  if (priorities.levels != 0) {
    put(out, "levels", priorities.levels);
    put(out, "default", priorities.default_level);
  }
  if (priorities.default_policy || !priorities.policies.empty()) {
    begin(out, "policies");
    if (priorities.default_policy) {
      out << YAML::Key << "default" << YAML::Value;
      put_policy(out, *priorities.default_policy);
    }
    for (const auto& [level, policy] : priorities.policies) {
      out << YAML::Key << level << YAML::Value;
      put_policy(out, policy);
    }
    out << YAML::EndMap;
  }
  out << YAML::EndMap;
}

void put_sequence(YAML::Emitter& out, const SequenceSpec& sequence) {
  begin(out, "sequence");
  put(out, "max_idle_ms", std::chrono::ceil<std::chrono::milliseconds>(sequence.max_idle).count());
  put(out, "max_sequences", sequence.max_sequences);
  out << YAML::Key << "states" << YAML::Value << YAML::BeginSeq;
  for (const SequenceState& state : sequence.states) {
    out << YAML::Flow << YAML::BeginMap;
    put(out, "input", state.input);
    put(out, "output", state.output);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq << YAML::EndMap;
}

void put_transforms(YAML::Emitter& out, const ModelSpec& spec) {
  begin(out, "transforms");
  if (const auto& bytes = spec.bytes_input) {
    begin(out, "input");
    begin(out, "bytes");
    put_given(out, "input", bytes->input);
    put(out, "head", bytes->head);
    put(out, "tail", bytes->tail);
    put(out, "block", bytes->block);
    put(out, "strip", bytes->strip);
    put(out, "pad", bytes->pad);
    out << YAML::EndMap << YAML::EndMap;
  }
  if (const auto& labels = spec.labels_output) {
    begin(out, "output");
    begin(out, "labels");
    put_given(out, "output", labels->output);
    put(out, "softmax", labels->softmax);
    put(out, "top_k", labels->top_k);
    out << YAML::Key << "labels" << YAML::Value << YAML::Flow << labels->labels;
    out << YAML::EndMap << YAML::EndMap;
  }
  out << YAML::EndMap;
}

}  // namespace

void put_model(YAML::Emitter& out, const ModelSpec& spec) {
  put_given(out, "name", spec.name);
  put_given(out, "description", spec.description);
  put_given(out, "backend", spec.backend);
  put_given(out, "device", spec.device);
  put_given(out, "instances", spec.instances);
  put_given(out, "threads", spec.threads);
  put_given(out, "max_batch_size", spec.max_batch_size);
  if (spec.max_delay) put(out, "max_delay_us", spec.max_delay->count());
  put_given(out, "queue_limit", spec.queue_limit);
  if (spec.timeout) put(out, "timeout_ms", spec.timeout->count());
  put_pairs(out, "backend_options", spec.backend_options);
  put_pairs(out, "version_labels", spec.version_labels);
  if (spec.batching && !spec.batching->preferred_sizes.empty())
    out << YAML::Key << "preferred_batch_sizes" << YAML::Value << YAML::Flow << spec.batching->preferred_sizes;
  if (spec.batching) put_given(out, "preserve_ordering", spec.batching->preserve_ordering);
  if (spec.priorities) put_priorities(out, *spec.priorities);
  put_given(out, "response_cache", spec.response_cache);
  if (spec.sequence) put_sequence(out, *spec.sequence);
  if (spec.bytes_input || spec.labels_output) put_transforms(out, spec);
}

}  // namespace slipway::config
