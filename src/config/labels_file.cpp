#include "config/labels_file.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "config/text_file.hpp"

namespace slipway::config {

namespace json = boost::json;
using core::Code;

namespace {

std::unexpected<core::Error> wrong(const std::filesystem::path& file, std::string_view sentence) {
  return core::fail(Code::invalid_argument, fmt::format("{}: {}", file.string(), sentence));
}

/// What `key` names in `root`; null when it is not there.
const json::value* at_key(const json::value& root, const std::string& key) {
  if (key.empty()) return root.is_object() ? root.as_object().if_contains("labels") : &root;
  if (!key.starts_with('/')) return root.is_object() ? root.as_object().if_contains(key) : nullptr;
  boost::system::error_code failure;
  return root.find_pointer(key, failure);
}

core::Result<std::vector<std::string>> labels_from_json(const std::filesystem::path& file, const std::string& text,
                                                        const std::string& key) {
  boost::system::error_code failure;
  const json::value root = json::parse(text, failure);
  if (failure) return wrong(file, fmt::format("this is no JSON: {}", failure.message()));
  const json::value* list = at_key(root, key);
  if (list == nullptr || !list->is_array()) {
    return wrong(file, key.empty() ? "a list of texts expected, or \"key\" to say where in an object it is"
                                   : fmt::format("there is no list under the key \"{}\"", key));
  }
  std::vector<std::string> labels;
  for (const json::value& item : list->as_array()) {
    if (!item.is_string()) return wrong(file, fmt::format("label {} is no text", labels.size()));
    labels.emplace_back(item.as_string());
  }
  return labels;
}

std::vector<std::string> labels_from_lines(std::string_view text) {
  std::vector<std::string> labels;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    labels.emplace_back(line);
  }
  while (!labels.empty() && labels.back().empty()) labels.pop_back();
  return labels;
}

}  // namespace

core::Result<std::vector<std::string>> read_labels(const std::filesystem::path& file, const std::string& key) {
  TRY(const std::string text, read_text_file(file));
  const bool is_json = file.extension() == ".json";
  if (!is_json && !key.empty())
    return wrong(file, fmt::format("the key \"{}\" is given, but only a .json file has keys", key));
  std::vector<std::string> labels;
  if (is_json) {
    TRY(labels, labels_from_json(file, text, key));
  } else {
    labels = labels_from_lines(text);
  }
  if (labels.empty()) return wrong(file, "there are no labels in it");
  return labels;
}

}  // namespace slipway::config
