#include "config/model_spec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slipway::config {

namespace {

template <class T>
void take(std::optional<T>& base, const std::optional<T>& over) {
  if (over) base = over;
}

void merge(std::optional<BatchingSpec>& base, const std::optional<BatchingSpec>& over) {
  if (!base || !over) return take(base, over);
  if (!over->preferred_sizes.empty()) base->preferred_sizes = over->preferred_sizes;
  take(base->preserve_ordering, over->preserve_ordering);
}

}  // namespace

ModelSpec merge(ModelSpec base, const ModelSpec& over) {
  if (!over.name.empty()) base.name = over.name;
  if (!over.description.empty()) base.description = over.description;
  take(base.backend, over.backend);
  take(base.device, over.device);
  take(base.instances, over.instances);
  take(base.threads, over.threads);
  take(base.max_batch_size, over.max_batch_size);
  take(base.max_delay, over.max_delay);
  take(base.queue_limit, over.queue_limit);
  take(base.timeout, over.timeout);
  take(base.bytes_input, over.bytes_input);
  take(base.labels_output, over.labels_output);
  take(base.versions, over.versions);
  merge(base.batching, over.batching);
  take(base.priorities, over.priorities);
  take(base.sequence, over.sequence);
  take(base.response_cache, over.response_cache);
  if (!over.version_labels.empty()) base.version_labels = over.version_labels;
  if (!over.inputs.empty()) base.inputs = over.inputs;
  if (!over.outputs.empty()) base.outputs = over.outputs;
  if (!over.output_labels.empty()) base.output_labels = over.output_labels;
  if (!over.model_filename.empty()) base.model_filename = over.model_filename;
  if (!over.warm_ups.empty()) base.warm_ups = over.warm_ups;
  if (!over.triton_config.empty()) base.triton_config = over.triton_config;
  // a value from elsewhere has no place, and not that of the one that it replaces
  if (over.backend) base.places.erase("backend");
  if (over.device) base.places.erase("device");
  for (const auto& option : over.backend_options) {
    base.places.erase("backend_options." + option.first);
    const auto known =
        std::ranges::find(base.backend_options, option.first, &std::pair<std::string, std::string>::first);
    if (known == base.backend_options.end()) {
      base.backend_options.push_back(option);
    } else {
      known->second = option.second;
    }
  }
  base.files.insert(base.files.end(), over.files.begin(), over.files.end());
  for (const auto& [key, place] : over.places) base.places.insert_or_assign(key, place);
  return base;
}

core::Result<void> check_ordering(const ModelSpec& spec) {
  if (!spec.priorities || !spec.batching || !spec.batching->preserve_ordering.value_or(false)) return {};
  const PrioritySpec& priorities = *spec.priorities;
  if (priorities.levels > 1)
    return core::invalid(
        fmt::format("preserve_ordering with {} priorities: whoever goes before others cannot be answered in the order "
                    "that requests came; one of the two expected",
                    priorities.levels));
  const auto delays = [](const QueuePolicy& policy) { return policy.delay_on_timeout; };
  if ((priorities.default_policy && delays(*priorities.default_policy)) ||
      std::ranges::any_of(priorities.policies, [&](const auto& entry) { return delays(entry.second); }))
    return core::invalid(
        "preserve_ordering with a policy that delays what is late, which changes the order; "
        "timeout_action reject expected");
  return {};
}

}  // namespace slipway::config
