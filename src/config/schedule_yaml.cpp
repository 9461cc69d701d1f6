#include "config/schedule_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "config/limits.hpp"

namespace slipway::config {

namespace {

constexpr std::array<std::string_view, 3> priorities_keys{"levels", "default", "policies"};
constexpr std::array<std::string_view, 4> policy_keys{"timeout_action", "default_timeout_us", "allow_timeout_override",
                                                      "max_queue_size"};

core::Result<QueuePolicy> read_policy(const YamlMap& policies, const std::string& key) {
  TRY(const YamlMap map, YamlMap::open(policies.file(), policies.node(key), "priorities.policies." + key, policy_keys));
  TRY(const auto action, map.string("timeout_action"));
  TRY(const auto timeout, map.integer("default_timeout_us", 0, most_timeout_us));
  TRY(const auto override_allowed, map.boolean("allow_timeout_override"));
  TRY(const auto size, map.integer("max_queue_size", 0, most_queued));
  if (action && *action != "reject" && *action != "delay")
    return map.wrong("timeout_action", fmt::format(R"("{}" given, reject or delay expected)", *action));
  return QueuePolicy{.delay_on_timeout = action == "delay",
                     .default_timeout = std::chrono::microseconds(timeout.value_or(0)),
                     .allow_timeout_override = override_allowed.value_or(false),
                     .max_queue_size = static_cast<std::size_t>(size.value_or(0))};
}

core::Result<void> read_policies(const YamlMap& map, PrioritySpec& spec) {
  std::vector<std::string> levels;
  levels.reserve(spec.levels);
  for (std::uint32_t level = 1; level <= spec.levels; ++level) levels.push_back(std::to_string(level));
  std::vector<std::string_view> known{"default"};
  known.insert(known.end(), levels.begin(), levels.end());
  TRY(const YamlMap policies, YamlMap::open(map.file(), map.node("policies"), "priorities.policies", known));
  if (policies.has("default")) {
    TRY(spec.default_policy, read_policy(policies, "default"));
  }
  for (std::uint32_t level = 1; level <= spec.levels; ++level) {
    const std::string& key = levels[level - 1];
    if (!policies.has(key)) continue;
    TRY(const QueuePolicy policy, read_policy(policies, key));
    spec.policies.emplace(level, policy);
  }
  return {};
}

core::Result<PrioritySpec> read_priorities(const YamlMap& model) {
  TRY(const YamlMap map, YamlMap::open(model.file(), model.node("priorities"), "priorities", priorities_keys));
  PrioritySpec spec;
  TRY(const auto levels, map.integer("levels", 1, most_priority_levels));
  if (!levels && map.has("default")) return map.wrong("default", R"(given without the "levels" that there are)");
  if (!levels && !map.has("policies"))
    return model.wrong("priorities", R"("levels" expected, or "policies" with a default)");
  TRY(const auto level, map.integer("default", 1, levels.value_or(1)));
  spec.levels = static_cast<std::uint32_t>(levels.value_or(0));
  // in the middle, so that a request can ask for more as well as for less
  spec.default_level = static_cast<std::uint32_t>(level.value_or((spec.levels + 1) / 2));
  if (map.has("policies")) TRY_VOID(read_policies(map, spec));
  return spec;
}

core::Result<std::vector<std::int64_t>> read_sizes(const YamlMap& model, std::int64_t most) {
  const std::string key = "preferred_batch_sizes";
  if (model.has(key) && !model.node(key).IsSequence())
    return model.wrong(key, fmt::format("a list of numbers of rows from 1 to {} expected, as [4, 8]", most));
  TRY(const auto texts, model.strings(key));
  std::vector<std::int64_t> sizes;
  sizes.reserve(texts.size());
  for (const std::string& text : texts) {
    if (has_leading_zero(text))
      return model.wrong(key, fmt::format(R"("{}" given, integers without a zero before them expected)", text));
    std::int64_t size = 0;
    if (!YAML::convert<std::int64_t>::decode(YAML::Node(text), size) || size < 1 || size > most)
      return model.wrong(key, fmt::format(R"("{}" given, numbers of rows from 1 to {} expected)", text, most));
    sizes.push_back(size);
  }
  std::ranges::sort(sizes);
  return sizes;
}

}  // namespace

core::Result<void> read_schedule(const YamlMap& model, ModelSpec& spec) {
  TRY(const auto ordering, model.boolean("preserve_ordering"));
  if (ordering || model.has("preferred_batch_sizes")) {
    BatchingSpec batching;
    batching.preserve_ordering = ordering;
    TRY(batching.preferred_sizes,
        read_sizes(model, std::max<std::int64_t>(spec.max_batch_size.value_or(most_batch_rows), 1)));
    spec.batching = std::move(batching);
  }
  if (model.has("priorities")) {
    TRY(spec.priorities, read_priorities(model));
  }
  if (auto fits = check_ordering(spec); !fits) return model.wrong("preserve_ordering", fits.error().message());
  return {};
}

}  // namespace slipway::config
