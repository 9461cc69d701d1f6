#include "app/model_loading.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "config/model_name.hpp"
#include "core/printable.hpp"
#include "models/backend_choice.hpp"
#include "models/repository.hpp"

namespace slipway::app {

namespace fs = std::filesystem;
using core::Code;

bool is_app_file(const fs::path& path) {
  std::error_code failure;
  return fs::is_regular_file(path, failure) && (path.extension() == ".yaml" || path.extension() == ".yml");
}

namespace {

/// What cannot be a path of this machine, as it was meant.
core::Result<void> check_place(const std::string& argument) {
  if (argument.empty()) return core::invalid("\"\" given: a model file, a folder of models or an app file expected");
  constexpr std::array<std::string_view, 3> schemes{"https://", "http://", "s3://"};
  const bool is_address =
      std::ranges::any_of(schemes, [&](std::string_view scheme) { return argument.starts_with(scheme); });
  if (!is_address) return {};
  // what follows may be a signature
  return core::invalid(
      fmt::format("{}: is an address, a file or folder expected; slipway fetch brings models from there",
                  core::printable(argument.substr(0, argument.find('?')))));
}

}  // namespace

core::Result<Plan> plan_from(const std::vector<fs::path>& arguments, const config::ModelSpec& over) {
  if (!over.name.empty() && !config::is_model_name(over.name))
    return core::fail(Code::invalid_argument,
                      fmt::format("--name {}: {}", core::printable(over.name), config::expected_model_name));
  Plan plan;
  plan.over = over;
  bool app_file_seen = false;
  for (const fs::path& argument : arguments) {
    TRY_VOID(check_place(argument.string()));
    if (!is_app_file(argument)) {
      std::error_code ignored;
      fs::path absolute = fs::absolute(argument, ignored);
      plan.models.push_back({std::move(absolute), over});
      continue;
    }
    if (app_file_seen) {
      return core::fail(Code::invalid_argument,
                        fmt::format("{}: a second app file; one process is told by one", argument.string()));
    }
    app_file_seen = true;
    TRY(config::AppSpec app, config::load_app_yaml(argument));
    plan.server = app.server;
    for (config::AppModel& model : app.models) {
      plan.models.push_back({std::move(model.path), config::merge(std::move(model.spec), over)});
    }
  }
  if (!over.name.empty() && plan.models.size() > 1) {
    return core::fail(Code::invalid_argument,
                      fmt::format("--name {}: {} models are given, a name is for one", over.name, plan.models.size()));
  }
  return plan;
}

std::vector<config::AppModel> without_empty_folders(std::vector<config::AppModel> planned) {
  std::erase_if(planned, [](const config::AppModel& model) {
    std::error_code failure;
    const bool is_empty = fs::is_directory(model.path, failure) && fs::is_empty(model.path, failure) && !failure;
    if (is_empty) spdlog::warn("{}: no models are in it yet", model.path.string());
    return is_empty;
  });
  return planned;
}

core::Result<void> load_models(const std::vector<config::AppModel>& planned, models::Registry& registry,
                               Purpose purpose) {
  for (const config::AppModel& model : planned) {
    TRY(models::Found found, models::find_models(model.path, model.spec));
    if (purpose == Purpose::one_answer) {
      for (models::Source& source : found.sources) models::spare_measuring(source.spec);
    }
    for (const std::string& note : found.notes) spdlog::warn("{}", note);
    const std::size_t count = found.sources.size() + found.broken.size();
    if (count == 1 && !found.broken.empty()) return std::unexpected(found.broken.front().error);
    TRY_VOID(registry.add(found, count == 1));
  }
  const auto index = registry.index();
  const bool any_ready =
      std::ranges::any_of(index, [](const auto& entry) { return entry.state == models::State::ready; });
  if (!index.empty() && !any_ready) {
    return core::fail(Code::failed_precondition, fmt::format("none of {} models could be loaded; the first, \"{}\": {}",
                                                             index.size(), index.front().name, index.front().reason));
  }
  for (const auto& entry : index) {
    if (entry.state == models::State::unavailable) {
      spdlog::error("model \"{}\" version {} is not served: {}", entry.name, entry.version, entry.reason);
    }
  }
  return {};
}

}  // namespace slipway::app
