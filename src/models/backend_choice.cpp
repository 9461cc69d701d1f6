#include "models/backend_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "core/cpus.hpp"
#include "models/backend_trial.hpp"
#include "models/choice_file.hpp"
#include "models/model_hash.hpp"

namespace slipway::models {

namespace {

using Loaded = std::shared_ptr<runtime::Model>;

/// Under which name the choice is kept: all that it depends on but the backends' files, which the choice itself names.
core::Result<std::string> key_of(const runtime::BackendRegistry& backends, const runtime::LoadOptions& options) {
  TRY(std::string text, model_hash(options.path));
  text +=
      fmt::format("\n{} {} {} {}\n{}\n{}\n{}\n{}", options.format, options.device, options.instances, options.threads,
                  core::usable_cpus(), core::processor_name(), SLIPWAY_VERSION, fmt::join(backends.names(), " "));
  for (const auto& [key, value] : options.options) text += fmt::format("\n{}={}", key, value);
  return text_hash(text);
}

std::string described(const BackendSpeed& speed) {
  if (!speed.remark.empty()) return fmt::format("{} ({})", speed.backend, speed.remark);
  if (speed.all_cores == 0) return speed.backend;
  return fmt::format("{} {:.0f}/s", speed.backend, speed.all_cores);
}

void tell(const std::string& model, const Choice& choice, const char* since) {
  std::vector<std::string> speeds;
  speeds.reserve(choice.speeds.size());
  for (const BackendSpeed& speed : choice.speeds) speeds.push_back(described(speed));
  spdlog::info("model \"{}\": {}; {} is used ({})", model, fmt::join(speeds, ", "), choice.backend, since);
}

std::string stamp_of(const runtime::Backend& backend) {
  return files_stamp({backend.info().library, backend.info().runtime_path});
}

/// The model, loaded with the backend of a choice made at an earlier start; nothing when that does not hold any more.
std::optional<Loaded> load_known(runtime::BackendRegistry& backends, const runtime::LoadOptions& options,
                                 const Choice& choice) {
  for (const BackendSpeed& speed : choice.speeds) {
    if (!is_current(speed.files)) return std::nullopt;
  }
  auto model = backends.load(choice.backend, options);
  if (!model) return std::nullopt;
  const auto own = std::ranges::find(choice.speeds, choice.backend, &BackendSpeed::backend);
  // the same plug-in may have been told of another runtime
  if (own == choice.speeds.end() || stamp_of((*model)->backend()) != own->files) return std::nullopt;
  return *std::move(model);
}

/// The backends that might do better than the one that has loaded the model.
std::vector<std::shared_ptr<runtime::Backend>> rivals_of(runtime::BackendRegistry& backends,
                                                         const runtime::LoadOptions& options,
                                                         const std::string& first) {
  std::vector<std::shared_ptr<runtime::Backend>> rivals;
  const auto names = backends.names();
  auto name = std::ranges::find(names, first);
  if (name == names.end()) return rivals;
  for (++name; name != names.end(); ++name) {
    if (auto opened = backends.get(*name); opened && (*opened)->can_load(options)) rivals.push_back(*std::move(opened));
  }
  return rivals;
}

core::Result<Contender> contender_of(const Loaded& model) {
  Contender made{model->backend().name(), model->inputs(), model->outputs(), {}};
  for (std::uint32_t i = 0; i < model->options().instances; ++i) {
    TRY(auto instance, runtime::Instance::create(model, i));
    made.instances.push_back(std::move(instance));
  }
  return made;
}

/// Loads the model with each of the rivals beside the first, compares, and gives the choice and the model that won.
core::Result<std::pair<std::optional<Choice>, Loaded>> measure(
    const Loaded& first, const std::vector<std::shared_ptr<runtime::Backend>>& rivals,
    const runtime::LoadOptions& options) {
  std::vector<Loaded> models{first};
  std::vector<Contender> contenders;
  TRY(Contender reference, contender_of(first));
  contenders.push_back(std::move(reference));
  std::vector<BackendSpeed> others;
  for (const auto& rival : rivals) {
    auto model = rival->load(options);
    auto contender = model ? contender_of(*model) : std::unexpected(model.error());
    if (contender) {
      models.push_back(*std::move(model));
      contenders.push_back(*std::move(contender));
      continue;
    }
    spdlog::debug("{}: {} does not run it: {}", options.path.string(), rival->name(), contender.error().message());
    BackendSpeed& speed = others.emplace_back();
    speed.backend = rival->name();
    speed.remark = "does not run it";
    speed.files = stamp_of(*rival);
  }
  auto choice = compare_backends(contenders);
  if (!choice) return std::pair(std::optional<Choice>(), first);
  for (std::size_t i = 0; i < models.size(); ++i) choice->speeds[i].files = stamp_of(models[i]->backend());
  choice->speeds.insert(choice->speeds.end(), std::make_move_iterator(others.begin()),
                        std::make_move_iterator(others.end()));
  const auto winner =
      std::ranges::find_if(models, [&](const Loaded& model) { return model->backend().name() == choice->backend; });
  return std::pair(std::move(choice), *winner);
}

}  // namespace

core::Result<Loaded> load_with_choice(runtime::BackendRegistry& backends, const std::string& backend,
                                      const runtime::LoadOptions& options, const std::string& model) {
  if (backend != "auto") return backends.load(backend, options);
  // a format that one backend has
  if (options.format == "fake" || options.format == "speech" || backends.names().size() < 2)
    return backends.load("first", options);

  const auto folder = cache_folder();
  const auto key = folder ? key_of(backends, options) : core::fail(core::Code::not_found, "no folder to keep it in");
  if (key) {
    if (const auto known = read_choice(*folder, *key)) {
      if (auto loaded = load_known(backends, options, *known)) {
        if (known->speeds.size() > 1) tell(model, *known, "known from before");
        return *std::move(loaded);
      }
    }
  }

  TRY(Loaded first, backends.load("first", options));
  const auto rivals = rivals_of(backends, options, first->backend().name());
  if (rivals.empty()) return first;
  TRY(auto measured, measure(first, rivals, options));
  auto& [choice, loaded] = measured;
  if (!choice) {
    spdlog::info(
        "model \"{}\": backends could not be compared, for no inputs could be made that it runs with; {} is used",
        model, first->backend().name());
    return loaded;
  }
  tell(model, *choice, "measured now");
  if (key) {
    if (const auto written = write_choice(*folder, *key, *choice); !written)
      spdlog::warn("{}", written.error().message());
  }
  return loaded;
}

}  // namespace slipway::models
