#include "models/backend_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <iterator>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "core/cpus.hpp"
#include "core/readable.hpp"
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

core::Result<Candidate> candidate_of(const Loaded& model) {
  TRY(auto instances, runtime::create_instances(model));
  return Candidate{model->backend().name(), model->inputs(), model->outputs(), std::move(instances)};
}

/// What became of the model with a backend that might do better than the first.
struct Other {
  std::shared_ptr<runtime::Backend> backend;
  core::Result<std::pair<Loaded, Candidate>> outcome;
};

core::Result<std::pair<Loaded, Candidate>> load_candidate(runtime::Backend& backend,
                                                          const runtime::LoadOptions& options) {
  TRY(Loaded model, backend.load(options));
  TRY(Candidate candidate, candidate_of(model));
  return std::pair(std::move(model), std::move(candidate));
}

/// Has the backends that can load the model do so, but for the first of them, in the order they are tried in.
std::vector<Other> load_others(runtime::BackendRegistry& backends, const runtime::LoadOptions& options) {
  std::vector<std::shared_ptr<runtime::Backend>> able;
  // from behind: the first is being opened already by whoever loads with it
  for (const std::string& name : backends.names() | std::views::reverse) {
    if (auto opened = backends.get(name); opened && (*opened)->can_load(options)) able.push_back(*std::move(opened));
  }
  std::vector<Other> others;
  for (const auto& backend : able | std::views::reverse | std::views::drop(1))
    others.push_back({backend, load_candidate(*backend, options)});
  return others;
}

/// Compares the others with the first, and gives the choice and the model that won.
core::Result<std::pair<std::optional<Choice>, Loaded>> measure(const Loaded& first, std::vector<Other> others,
                                                               const runtime::LoadOptions& options) {
  std::vector<Loaded> models{first};
  std::vector<Candidate> candidates;
  TRY(Candidate reference, candidate_of(first));
  candidates.push_back(std::move(reference));
  std::vector<BackendSpeed> unable;
  for (Other& other : others) {
    if (other.outcome) {
      models.push_back(std::move(other.outcome->first));
      candidates.push_back(std::move(other.outcome->second));
      continue;
    }
    spdlog::debug("{}: {} does not run it: {}", options.path.string(), other.backend->name(),
                  other.outcome.error().message());
    BackendSpeed& speed = unable.emplace_back();
    speed.backend = other.backend->name();
    speed.remark = "does not run it";
    speed.files = stamp_of(*other.backend);
  }
  auto choice = compare_backends(candidates);
  if (!choice) return std::pair(std::optional<Choice>(), first);
  for (std::size_t i = 0; i < models.size(); ++i) choice->speeds[i].files = stamp_of(models[i]->backend());
  choice->speeds.insert(choice->speeds.end(), std::make_move_iterator(unable.begin()),
                        std::make_move_iterator(unable.end()));
  const auto winner =
      std::ranges::find_if(models, [&](const Loaded& model) { return model->backend().name() == choice->backend; });
  return std::pair(std::move(choice), *winner);
}

}  // namespace

core::Result<Loaded> load_with_choice(runtime::BackendRegistry& backends, const std::string& backend,
                                      const runtime::LoadOptions& options, const std::string& model) {
  if (const auto fine = core::check_readable(options.path); !fine)
    return std::unexpected(fine.error().within(options.path.string()));
  if (backend != "auto") return backends.load(backend, options);
  if (backends.candidates(options).size() < 2) return backends.load("first", options);

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

  // at the same time: opening a runtime takes as long as loading a small model
  auto loading = std::async(std::launch::async, [&] { return load_others(backends, options); });
  TRY(Loaded first, backends.load("first", options));
  std::vector<Other> others = loading.get();
  // where the first of those that can load it failed after all, the next has loaded it
  std::erase_if(others, [&](const Other& other) { return other.backend->name() == first->backend().name(); });
  if (others.empty()) return first;
  TRY(auto measured, measure(first, std::move(others), options));
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

void spare_measuring(config::ModelSpec& spec) {
  if (spec.backend.value_or("auto") == "auto") spec.backend = "first";
}

}  // namespace slipway::models
