#include "config/model_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "config/limits.hpp"
#include "config/model_name.hpp"
#include "config/schedule_yaml.hpp"
#include "config/sequence_yaml.hpp"
#include "config/transforms_yaml.hpp"

namespace slipway::config {

namespace {

/// Where the values stand that only a backend can judge.
core::Result<void> note_places(const YamlMap& map, ModelSpec& spec) {
  for (const char* key : {"backend", "device"}) {
    if (map.has(key)) spec.places[key] = map.place(key);
  }
  if (spec.backend_options.empty()) return {};
  std::vector<std::string_view> keys;
  keys.reserve(spec.backend_options.size());
  for (const auto& [key, value] : spec.backend_options) keys.push_back(key);
  TRY(const auto options, YamlMap::open(map.file(), map.node("backend_options"), "backend_options", keys));
  for (const auto& [key, value] : spec.backend_options) spec.places["backend_options." + key] = options.place(key);
  return {};
}

}  // namespace

core::Result<ModelSpec> read_model(const YamlMap& map, const std::filesystem::path& files_in) {
  ModelSpec spec;
  TRY(const auto name, map.string("name"));
  if (name && !is_model_name(*name)) return map.wrong("name", expected_model_name);
  TRY(const auto description, map.string("description"));
  TRY(spec.backend, map.string("backend"));
  TRY(spec.device, map.string("device"));
  TRY(const auto instances, map.integer("instances", 1, most_instances));
  TRY(const auto threads, map.integer("threads", 1, most_threads));
  TRY(spec.max_batch_size, map.integer("max_batch_size", 0, most_batch_rows));
  TRY(const auto delay, map.integer("max_delay_us", 0, most_delay_us));
  TRY(const auto queue_limit, map.integer("queue_limit", 1, most_queued));
  TRY(const auto timeout, map.integer("timeout_ms", 1, most_timeout_ms));
  TRY(spec.response_cache, map.boolean("response_cache"));
  TRY(spec.backend_options, map.pairs("backend_options"));
  TRY(spec.version_labels, map.pairs("version_labels"));
  for (const auto& [label, version] : spec.version_labels) {
    if (!version.empty() && std::ranges::all_of(version, [](char c) { return c >= '0' && c <= '9'; })) continue;
    return map.wrong("version_labels",
                     fmt::format(R"(label "{}": "{}" given, a version's number expected)", label, version));
  }
  spec.name = name.value_or("");
  spec.description = description.value_or("");
  if (instances) spec.instances = static_cast<std::uint32_t>(*instances);
  if (threads) spec.threads = static_cast<std::uint32_t>(*threads);
  if (delay) spec.max_delay = std::chrono::microseconds(*delay);
  if (queue_limit) spec.queue_limit = static_cast<std::size_t>(*queue_limit);
  if (timeout) spec.timeout = std::chrono::milliseconds(*timeout);
  TRY_VOID(note_places(map, spec));
  TRY_VOID(read_schedule(map, spec));
  TRY_VOID(read_sequence(map, spec));
  TRY_VOID(read_transforms(map, spec, files_in));
  return spec;
}

core::Result<ModelSpec> load_model_yaml(const std::filesystem::path& file, const std::filesystem::path& files_in) {
  TRY(const YAML::Node root, read_yaml(file));
  ModelSpec spec;
  if (!root.IsNull()) {
    TRY(const YamlMap map, YamlMap::open(file, root, "model", model_keys));
    TRY(spec, read_model(map, files_in));
  }
  spec.files.push_back(file);
  return spec;
}

}  // namespace slipway::config
