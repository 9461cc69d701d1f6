#include "app/model_loading.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "models/repository.hpp"

namespace slipway::app {

namespace fs = std::filesystem;
using core::Code;

namespace {

void spare_measuring(models::Found& found) {
  for (models::Source& source : found.sources) {
    if (source.spec.backend.value_or("auto") == "auto") source.spec.backend = "first";
  }
}

bool is_app_file(const fs::path& path) {
  std::error_code failure;
  return fs::is_regular_file(path, failure) && (path.extension() == ".yaml" || path.extension() == ".yml");
}

}  // namespace

core::Result<Plan> plan_from(const std::vector<fs::path>& arguments, const config::ModelSpec& over) {
  if (over.name.find('/') != std::string::npos)
    return core::fail(Code::invalid_argument, fmt::format(R"(--name {}: a name without "/" expected)", over.name));
  Plan plan;
  plan.over = over;
  bool app_file_seen = false;
  for (const fs::path& argument : arguments) {
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

core::Result<void> load_models(const std::vector<config::AppModel>& planned, models::Registry& registry,
                               Purpose purpose) {
  for (const config::AppModel& model : planned) {
    TRY(models::Found found, models::find_models(model.path, model.spec));
    if (purpose == Purpose::one_answer) spare_measuring(found);
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
