#include "app/effective_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "config/app_yaml_text.hpp"
#include "models/model_version.hpp"
#include "models/repository.hpp"

namespace slipway::app {

namespace {

config::ModelSpec with_defaults(config::ModelSpec spec) {
  const models::RunSettings settings = models::settings_of(spec);
  spec.backend = settings.backend;
  spec.device = settings.device;
  spec.instances = settings.instances;
  spec.threads = settings.threads;
  spec.max_delay = settings.max_delay;
  spec.queue_limit = settings.queue_limit;
  return spec;
}

std::string comment(std::string sentence) {
  std::ranges::replace(sentence, '\n', ' ');
  return "# " + sentence + "\n";
}

}  // namespace

core::Result<std::string> effective_config(const Plan& plan) {
  config::AppSpec effective{.server = plan.server, .models = {}};
  std::string comments;
  std::set<std::pair<std::string, std::filesystem::path>> models;
  for (const config::AppModel& planned : plan.models) {
    TRY(const models::Found found, models::find_models(planned.path, planned.spec));
    for (const models::Found::Broken& broken : found.broken)
      comments += comment(fmt::format("model \"{}\" is not served: {}", broken.name, broken.error.message()));
    for (const std::string& note : found.notes) comments += comment(note);
    for (const models::Source& source : found.sources) {
      if (!models.insert({source.spec.name, source.place}).second) continue;  // another version of it
      effective.models.push_back({source.place, with_defaults(source.spec)});
    }
  }
  return config::app_yaml(effective) + comments;
}

std::string model_line(const config::ModelSpec& spec) { return config::model_line(with_defaults(spec)); }

}  // namespace slipway::app
