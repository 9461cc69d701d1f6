#include "config/transforms_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>

#include "config/labels_file.hpp"

namespace slipway::config {

namespace fs = std::filesystem;

namespace {

using Keys = std::string_view;
constexpr std::array<Keys, 2> ends{"input", "output"};
constexpr std::array<Keys, 1> input_kinds{"bytes"};
constexpr std::array<Keys, 1> output_kinds{"labels"};
constexpr std::array<Keys, 6> bytes_keys{"input", "head", "tail", "block", "strip", "pad"};
constexpr std::array<Keys, 6> labels_keys{"output", "softmax", "top_k", "file", "key", "labels"};

core::Result<BytesTransformSpec> read_bytes(const YamlMap& parent) {
  constexpr std::int64_t most_bytes = std::int64_t{1} << 28U;
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  TRY(const YamlMap map, YamlMap::open(parent.file(), parent.node("bytes"), "transforms.input.bytes", bytes_keys));
  BytesTransformSpec spec;
  TRY(const auto input, map.string("input"));
  TRY(const auto head, map.integer("head", 0, most_bytes));
  TRY(const auto tail, map.integer("tail", 0, most_bytes));
  TRY(const auto block, map.integer("block", 1, most_bytes));
  TRY(const auto strip, map.boolean("strip"));
  TRY(const auto pad, map.integer("pad", -most, most));
  spec.input = input.value_or("");
  spec.head = head.value_or(0);
  spec.tail = tail.value_or(0);
  spec.block = block.value_or(spec.block);
  spec.strip = strip.value_or(false);
  spec.pad = static_cast<std::int32_t>(pad.value_or(0));
  if (spec.head + spec.tail == 0) return map.wrong("head", "head or tail must say how many bytes, at least 1");
  if (spec.block < std::max(spec.head, spec.tail)) {
    return map.wrong("block",
                     fmt::format("{} bytes of each end are looked at, at least head and tail ({} and {}) expected",
                                 spec.block, spec.head, spec.tail));
  }
  return spec;
}

bool lies_in(const fs::path& file, const fs::path& folder) {
  std::error_code failure;
  const auto inside = fs::weakly_canonical(folder, failure);
  if (failure) return false;
  const auto real = fs::weakly_canonical(file, failure);
  return !failure && std::ranges::mismatch(inside, real).in1 == inside.end();
}

core::Result<LabelsTransformSpec> read_labels_transform(const YamlMap& parent, const fs::path& files_in) {
  constexpr std::int64_t most_labels = 10'000'000;
  TRY(const YamlMap map, YamlMap::open(parent.file(), parent.node("labels"), "transforms.output.labels", labels_keys));
  LabelsTransformSpec spec;
  TRY(const auto output, map.string("output"));
  TRY(const auto softmax, map.boolean("softmax"));
  TRY(const auto top_k, map.integer("top_k", 1, most_labels));
  TRY(const auto path, map.string("file"));
  TRY(const auto key, map.string("key"));
  TRY(spec.labels, map.strings("labels"));
  spec.output = output.value_or("");
  spec.softmax = softmax.value_or(false);
  spec.top_k = top_k.value_or(spec.top_k);
  if (path && map.has("labels")) return map.wrong("labels", "given beside \"file\", one of the two expected");
  if (key && !path) return map.wrong("key", "given without the \"file\" it is of");
  if (path) {
    spec.file = parent.file().parent_path() / *path;
    if (!files_in.empty() && !lies_in(spec.file, files_in))
      return map.wrong("file", "a file among those that were given expected");
    auto labels = read_labels(spec.file, key.value_or(""));
    if (!labels) return map.wrong("file", labels.error().message());
    spec.labels = *std::move(labels);
  }
  return spec;
}

}  // namespace

core::Result<void> read_transforms(const YamlMap& model, ModelSpec& spec, const fs::path& files_in) {
  if (!model.has("transforms")) return {};
  TRY(const YamlMap transforms, YamlMap::open(model.file(), model.node("transforms"), "transforms", ends));
  if (transforms.has("input")) {
    TRY(const YamlMap input, YamlMap::open(model.file(), transforms.node("input"), "transforms.input", input_kinds));
    if (input.has("bytes")) {
      TRY(spec.bytes_input, read_bytes(input));
    }
  }
  if (transforms.has("output")) {
    TRY(const YamlMap output,
        YamlMap::open(model.file(), transforms.node("output"), "transforms.output", output_kinds));
    if (output.has("labels")) {
      TRY(spec.labels_output, read_labels_transform(output, files_in));
      if (!spec.labels_output->file.empty()) spec.files.push_back(spec.labels_output->file);
    }
  }
  return {};
}

}  // namespace slipway::config
