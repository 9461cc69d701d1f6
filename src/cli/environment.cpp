#include "cli/environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "cli/serve_options.hpp"
#include "config/nearest.hpp"

namespace slipway::cli {

namespace {

constexpr std::string_view prefix = "SLIPWAY_";
/// Those that are no option's.
constexpr std::array<std::string_view, 4> others{"SLIPWAY_BACKEND_PATH", "SLIPWAY_CACHE_DIR", "SLIPWAY_ONNXRUNTIME",
                                                 "SLIPWAY_SHERPA_ONNX"};

/// What a cluster sets for a Service whose name begins with "slipway": SLIPWAY_HTTP_SERVICE_HOST,
/// SLIPWAY_PORT_8000_TCP.
bool is_of_a_service(std::string_view name, std::string_view value) {
  return name.find("_SERVICE_HOST") != std::string_view::npos || name.find("_SERVICE_PORT") != std::string_view::npos ||
         name.find("_PORT_") != std::string_view::npos || value.starts_with("tcp://");
}

std::vector<std::string> known_variables(const CLI::App& command) {
  std::vector<std::string> names(others.begin(), others.end());
  for (const CLI::Option* option : command.get_options()) names.push_back(option->get_envname());
  return names;
}

/// "; SLIPWAY_HOST?", or nothing where none of the known is near.
std::string guess(std::string_view name, const std::vector<std::string>& known) {
  const auto near = config::nearest(name, std::vector<std::string_view>(known.begin(), known.end()));
  return near ? fmt::format("; {}?", *near) : std::string();
}

}  // namespace

void name_variables(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty() || option == command.get_help_ptr()) continue;
    std::string variable(prefix);
    for (const char c : option->get_lnames().front())
      variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    option->envname(variable);
  }
}

void forget_variables(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) option->envname("");
}

std::string blame_variables(const CLI::App& command, const std::string& what) {
  for (const CLI::Option* option : command.get_options()) {
    const std::string variable = option->get_envname();
    const char* value = variable.empty() ? nullptr : std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0' || what.find(value) == std::string::npos ||
        what.find("--" + option->get_lnames().front()) == std::string::npos)
      continue;
    std::string sentence = fmt::format("{} says so", variable);
    if (is_of_a_service(variable, value))
      sentence += "; a cluster sets it for a Service of that name, unless the pod has enableServiceLinks: false";
    return sentence;
  }
  return "";
}

core::Result<void> check_variable(const std::string& name, const std::optional<std::string>& value) {
  if (!name.starts_with(prefix) || std::ranges::find(others, name) != others.end()) return {};
  CLI::App command;
  ServeOptions options;
  add_serve_options(command, options);
  const std::vector<std::string> known = known_variables(command);
  std::string option_name;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_envname() == name) option_name = option->get_lnames().front();
  }
  forget_variables(command);  // what is set here is no matter of the server's
  if (option_name.empty())
    return core::invalid(fmt::format("variable {} is none that slipway serve knows{}", name, guess(name, known)));
  if (!value || value->empty()) return {};  // an empty one is as good as none
  try {
    command.parse(std::vector<std::string>{fmt::format("--{}={}", option_name, *value), "model"});
  } catch (const CLI::ParseError& error) {
    return core::invalid(fmt::format("{}: {}", name, error.what()));
  }
  const auto taken = check_values(options);
  if (!taken) return std::unexpected(taken.error().within(name));
  return {};
}

std::vector<std::string> unknown_variables(const CLI::App& command) {
  const std::vector<std::string> known = known_variables(command);
  std::vector<std::string> sentences;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('='));
    if (!name.starts_with(prefix) || std::ranges::find(known, name) != known.end()) continue;
    if (is_of_a_service(name, text.substr(std::min(name.size() + 1, text.size())))) continue;
    sentences.push_back(fmt::format("variable {} is none that is known{}", name, guess(name, known)));
  }
  return sentences;
}

}  // namespace slipway::cli
