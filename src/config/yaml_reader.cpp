#include "config/yaml_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "config/nearest.hpp"
#include "config/text_file.hpp"

namespace slipway::config {

using core::Code;

namespace {

std::string place_of(const std::filesystem::path& file, const YAML::Mark& mark) {
  return fmt::format("{}:{}", file.string(), mark.line + 1);
}

std::unexpected<core::Error> wrong_at(const std::filesystem::path& file, const YAML::Mark& mark,
                                      std::string_view sentence) {
  return core::fail(Code::invalid_argument, fmt::format("{}: {}", place_of(file, mark), sentence));
}

/// A value as an error shows it.
std::string shown(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar: return fmt::format("\"{}\"", node.Scalar());
    case YAML::NodeType::Sequence: return "a list";
    case YAML::NodeType::Map: return "keys with values";
    default: return "nothing";
  }
}

}  // namespace

bool has_leading_zero(std::string_view number) {
  if (number.starts_with('-') || number.starts_with('+')) number.remove_prefix(1);
  return number.size() > 1 && number[0] == '0' && number[1] >= '0' && number[1] <= '9';
}

core::Result<YAML::Node> read_yaml(const std::filesystem::path& file) {
  TRY(const std::string text, read_text_file(file));
  try {
    std::vector<YAML::Node> documents = YAML::LoadAll(text);
    // as behind a last "---"
    while (documents.size() > 1 && documents.back().IsNull()) documents.pop_back();
    if (documents.size() > 1)
      return wrong_at(file, documents[1].Mark(), fmt::format("{} documents given, one expected", documents.size()));
    return documents.empty() ? YAML::Node() : documents.front();
  } catch (const YAML::Exception& error) {
    return wrong_at(file, error.mark, fmt::format("this is no YAML: {}", error.msg));
  }
}

core::Result<YamlMap> YamlMap::open(const std::filesystem::path& file, const YAML::Node& node, std::string_view what,
                                    std::span<const std::string_view> known) {
  if (!node.IsMap())
    return wrong_at(file, node.Mark(), fmt::format("{}: {} given, keys with values expected", what, shown(node)));
  std::set<std::string> seen;
  for (const auto& pair : node) {
    const auto key = pair.first.as<std::string>("");
    if (!seen.insert(key).second) {
      return wrong_at(file, pair.first.Mark(), fmt::format("{}: the key \"{}\" is given twice", what, key));
    }
    if (std::ranges::find(known, key) != known.end()) continue;
    const auto meant = nearest(key, known);
    return wrong_at(file, pair.first.Mark(),
                    fmt::format("{}: unknown key \"{}\"{}; there are: {}", what, key,
                                meant ? fmt::format(", perhaps \"{}\" is meant", *meant) : "", fmt::join(known, ", ")));
  }
  return YamlMap(file, node);
}

std::string YamlMap::place(const std::string& key) const {
  YAML::Mark mark = node_.Mark();
  for (const auto& pair : node_) {
    if (pair.first.as<std::string>("") != key) continue;
    // a value that is left out has the place of whatever follows
    mark = pair.second.IsNull() ? pair.first.Mark() : pair.second.Mark();
  }
  return place_of(file_, mark);
}

std::unexpected<core::Error> YamlMap::wrong(const std::string& key, std::string_view sentence) const {
  return core::invalid(fmt::format("{}: {}: {}", place(key), key, sentence));
}

core::Result<std::optional<std::string>> YamlMap::string(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  const YAML::Node value = node_[key];
  if (!value.IsScalar()) return wrong(key, fmt::format("{} given, a text expected", shown(value)));
  return value.Scalar();
}

core::Result<std::optional<std::int64_t>> YamlMap::integer(const std::string& key, std::int64_t least,
                                                           std::int64_t most) const {
  if (!has(key)) return std::nullopt;
  const YAML::Node value = node_[key];
  std::int64_t number = 0;
  if (value.IsScalar() && has_leading_zero(value.Scalar()))
    return wrong(key, fmt::format("{} given, an integer without a zero before it expected", shown(value)));
  if (!value.IsScalar() || !YAML::convert<std::int64_t>::decode(value, number) || number < least || number > most) {
    return wrong(key, fmt::format("{} given, an integer from {} to {} expected", shown(value), least, most));
  }
  return number;
}

core::Result<std::optional<bool>> YamlMap::boolean(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  const YAML::Node value = node_[key];
  bool flag = false;
  if (!value.IsScalar() || !YAML::convert<bool>::decode(value, flag)) {
    return wrong(key, fmt::format("{} given, true or false expected", shown(value)));
  }
  return flag;
}

core::Result<std::vector<std::string>> YamlMap::strings(const std::string& key) const {
  std::vector<std::string> texts;
  if (!has(key)) return texts;
  const YAML::Node value = node_[key];
  if (!value.IsSequence()) return wrong(key, fmt::format("{} given, a list of texts expected", shown(value)));
  for (const auto& item : value) {
    if (!item.IsScalar())
      return wrong_at(file_, item.Mark(), fmt::format("{}: {} given, a text expected", key, shown(item)));
    texts.push_back(item.Scalar());
  }
  return texts;
}

core::Result<std::vector<std::pair<std::string, std::string>>> YamlMap::pairs(const std::string& key) const {
  std::vector<std::pair<std::string, std::string>> found;
  if (!has(key)) return found;
  const YAML::Node value = node_[key];
  if (!value.IsMap()) return wrong(key, fmt::format("{} given, keys with values expected", shown(value)));
  for (const auto& pair : value) {
    if (!pair.first.IsScalar() || !pair.second.IsScalar()) {
      return wrong_at(file_, pair.first.Mark(),
                      fmt::format("{}: {} given, a text or a number expected", key, shown(pair.second)));
    }
    const std::string& name = pair.first.Scalar();
    if (std::ranges::find(found, name, &std::pair<std::string, std::string>::first) != found.end()) {
      return wrong_at(file_, pair.first.Mark(), fmt::format("{}: the key \"{}\" is given twice", key, name));
    }
    found.emplace_back(name, pair.second.Scalar());
  }
  return found;
}

}  // namespace slipway::config
