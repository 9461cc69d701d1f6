#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace slipway::config {

/// A strict look at one mapping of a YAML file: every key must be known and stand there once, every value be of its
/// type and in its range. The sentences of its errors begin with "FILE:LINE: ". A value of one thread, that lives while
/// the file is read.
///
///   TRY(const YamlMap map, YamlMap::open(file, node, "server", {{"host", "http_port"}}));
///   TRY(const auto port, map.integer("http_port", 0, 65535));   // nothing where the key is not given
class YamlMap {
 public:
  /// `what` is the mapping's place in the file, for the sentences: "transforms.input". invalid_argument when `node` is
  /// no mapping, or has a key twice or one that is not in `known`.
  static core::Result<YamlMap> open(const std::filesystem::path& file, const YAML::Node& node, std::string_view what,
                                    std::span<const std::string_view> known);

  bool has(const std::string& key) const { return static_cast<bool>(node_[key]); }
  YAML::Node node(const std::string& key) const { return node_[key]; }
  const std::filesystem::path& file() const { return file_; }

  core::Result<std::optional<std::string>> string(const std::string& key) const;
  core::Result<std::optional<std::int64_t>> integer(const std::string& key, std::int64_t least,
                                                    std::int64_t most) const;
  core::Result<std::optional<bool>> boolean(const std::string& key) const;
  /// A list of texts; empty where the key is not given.
  core::Result<std::vector<std::string>> strings(const std::string& key) const;
  /// Keys with values, in the file's order; empty where the key is not given.
  core::Result<std::vector<std::pair<std::string, std::string>>> pairs(const std::string& key) const;

  /// "FILE:LINE" of a key's value, or of the mapping where the key is not given.
  std::string place(const std::string& key) const;
  /// An error at a key's value, or at the mapping where the key is not given.
  std::unexpected<core::Error> wrong(const std::string& key, std::string_view sentence) const;

 private:
  YamlMap(std::filesystem::path file, const YAML::Node& node) : file_(std::move(file)), node_(node) {}

  std::filesystem::path file_;
  YAML::Node node_;
};

/// Parses a file; not_found, or invalid_argument with the line where it is no YAML.
core::Result<YAML::Node> read_yaml(const std::filesystem::path& file);

/// Whether it is one of those integers, as "010", that are octal for YAML 1.1 and decimal for YAML 1.2.
bool has_leading_zero(std::string_view number);

}  // namespace slipway::config
