#include "cli/deploy.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/deploy_measure.hpp"
#include "cli/deploy_subject.hpp"
#include "cli/duration.hpp"
#include "cli/environment.hpp"
#include "cli/exit_code.hpp"
#include "cli/named_models.hpp"
#include "config/text_file.hpp"
#include "fetch/fetch.hpp"
#include "ship/compose.hpp"
#include "ship/kserve.hpp"
#include "ship/kubernetes.hpp"
#include "ship/kustomize.hpp"
#include "ship/quantity.hpp"
#include "ship/systemd.hpp"

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

struct DeployArguments {
  fs::path path;
  config::ModelSpec model;
  ship::DeployOptions options;
  std::optional<std::string> drain_delay;
  std::optional<std::string> drain_timeout;
  std::optional<fs::path> output;
  std::optional<fs::path> kustomize;
  bool measure = false;
};

/// Each is fetched to one folder by an init container of its own, which knows nothing of the others.
core::Result<void> check_names(const std::vector<std::string>& addresses) {
  std::set<std::string> names;
  for (const std::string& address : addresses) {
    TRY(const std::string name, fetch::file_called(address));
    if (!name.empty() && !names.insert(name).second)
      return core::invalid(
          fmt::format("--model-url {}: two files are called \"{}\", and one would take the other's place",
                      address.substr(0, address.find('?')), name));
  }
  return {};
}

/// The plan once more, with memory by what the models took.
core::Result<ship::DeployPlan> measured(const DeployArguments& arguments, const ship::DeployPlan& before,
                                        ship::DeploySubject subject) {
  constexpr std::uint64_t millis = 1000;
  const std::uint64_t most = before.cpu_limit_millis > 0 ? before.cpu_limit_millis : before.cpu_millis;
  const auto cores = static_cast<std::uint32_t>((most + millis - 1) / millis);
  TRY(std::vector<std::string> seen, measure_subject(arguments.path, arguments.model, cores, subject));
  TRY(ship::DeployPlan plan, ship::plan_deployment(arguments.options, std::move(subject)));
  seen.push_back(
      fmt::format("at most {} of memory; --memory {} --memory-limit {} gives the same again, without measuring",
                  ship::bytes_text(ship::rounded_up(plan.subject.peak_bytes, ship::mebi)),
                  ship::bytes_text(plan.memory_bytes), ship::bytes_text(plan.memory_limit_bytes)));
  plan.notes.insert(plan.notes.end(), seen.begin(), seen.end());
  return plan;
}

core::Result<void> check_variables(const ship::DeployOptions& options) {
  for (const std::string& given : options.variables) {
    const std::size_t equals = given.find('=');
    if (equals == std::string::npos) continue;  // told with all else that is wrong with it
    const auto known = check_variable(given.substr(0, equals), given.substr(equals + 1));
    if (!known) return std::unexpected(known.error().within("--env"));
  }
  for (const std::string& given : options.secret_variables) {
    const auto known = check_variable(given.substr(0, given.find('=')), std::nullopt);
    if (!known) return std::unexpected(known.error().within("--secret-env"));
  }
  return {};
}

core::Result<ship::DeployPlan> plan_for(DeployArguments& arguments) {
  // what can be said before models are loaded, which takes its time
  TRY(const auto to, ship::orchestrator_from(arguments.options.to));
  TRY_VOID(check_variables(arguments.options));
  TRY(arguments.options.drain_delay, duration_of_option("--drain-delay", arguments.drain_delay));
  TRY(arguments.options.drain_timeout, duration_of_option("--drain-timeout", arguments.drain_timeout));
  arguments.options.for_kustomize = arguments.kustomize.has_value();
  if (arguments.measure && arguments.options.memory)
    return core::invalid("--measure with --memory: one of them says how much memory is asked for");
  if (arguments.kustomize && arguments.output)
    return core::invalid("--kustomize with --output: it is a folder that is written");
  TRY(const NamedModels named, named_models(arguments.path, arguments.model));
  if (to != ship::Orchestrator::systemd) TRY_VOID(check_packable(named));
  if (arguments.output) TRY_VOID(check_output(named, *arguments.output));
  TRY(ship::DeploySubject subject, deploy_subject(named, arguments.model));
  TRY_VOID(load_all(named, subject));
  auto plan = ship::plan_deployment(arguments.options, subject);
  if (!plan) return plan;
  TRY_VOID(check_names(arguments.options.model_urls));
  if (!arguments.measure) return plan;
  return measured(arguments, *plan, std::move(subject));
}

std::string text_of(const ship::DeployPlan& plan) {
  switch (plan.to) {
    case ship::Orchestrator::kubernetes: break;
    case ship::Orchestrator::kserve: return ship::kserve_file(plan);
    case ship::Orchestrator::compose: return ship::compose_file(plan);
    case ship::Orchestrator::systemd: return ship::systemd_unit(plan);
  }
  return ship::kubernetes_file(plan);
}

int deploy(DeployArguments& arguments) {
  const auto refuse = [](const core::Error& error) {
    fmt::print(stderr, "slipway deploy: {}\n", error.message());
    return exit_code_of(error.code());
  };
  const auto plan = plan_for(arguments);
  if (!plan) return refuse(plan.error());
  for (const std::string& note : plan->notes) fmt::print(stderr, "slipway deploy: {}\n", note);
  if (arguments.kustomize) {
    const auto kept = ship::write_kustomize(*arguments.kustomize, ship::kustomize_files(*plan));
    if (!kept) return refuse(kept.error());
    for (const ship::KeptFile& file : *kept)
      fmt::print(stderr, "slipway deploy: {}: is there already, and yours{}\n", file.name,
                 file.image.empty() ? "" : fmt::format("; it still deploys {}: change {}", file.image, file.change));
    return 0;
  }
  const std::string text = text_of(*plan);
  if (!arguments.output) {
    fmt::print("{}", text);
    return 0;
  }
  const auto written = config::write_text_file(*arguments.output, text);
  return written ? 0 : refuse(written.error());
}

}  // namespace

void add_deploy(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<DeployArguments>();
  ship::DeployOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand("deploy", "what an orchestration is told to run models: manifests, units");
  command->add_option("MODEL", arguments->path, "model file, folder of models, or app.yaml")->required();
  command->add_option("--to", options.to, "kubernetes, kserve, compose or systemd")->required();
  command->add_option("-o,--output", arguments->output, "file to write; to stdout by default");
  command->add_option("--kustomize", arguments->kustomize,
                      "folder for a Kustomize base and overlays for staging and production, in place of one file");
  command->add_option("--name", options.name, "of everything that is made; after the model by default");
  command->add_option("--image", options.image, "name and tag of the image, as slipway pack --image was given it");
  command->add_option("--backend", arguments->model.backend, "as in slipway pack");

  const std::string resources = "What it may use";
  command->add_option("--cpu", options.cpu, "cores asked for, as 500m or 2")->group(resources);
  command->add_option("--cpu-limit", options.cpu_limit, "most cores, or none; as --cpu by default")->group(resources);
  command->add_option("--memory", options.memory, "memory asked for, as 512Mi or 2Gi; by the models' size by default")
      ->group(resources);
  command->add_option("--memory-limit", options.memory_limit, "most memory")->group(resources);
  command
      ->add_flag("--measure", arguments->measure,
                 "memory by what the models take when they are asked, for some seconds")
      ->group(resources);
  command->add_option("--gpus", options.gpus, "GPUs of each replica")->group(resources);
  command->add_option("--gpu-resource", options.gpu_resource, "what the cluster calls a GPU; nvidia.com/gpu by default")
      ->group(resources);

  const std::string scale = "How many";
  command->add_option("--replicas", options.replicas, "2 by default")->group(scale);
  command->add_option("--max-replicas", options.replicas_max, "scale with the load, up to so many")->group(scale);
  command->add_option("--min-replicas", options.replicas_min, "and down to so many; 2 by default")->group(scale);
  command->add_option("--autoscaler", options.autoscaler, "hpa (default) or keda")->group(scale);
  command
      ->add_option("--queue-target", options.queue_target,
                   "requests that may wait, a replica, before there is one more; 8 by default")
      ->group(scale);
  command->add_option("--prometheus", options.prometheus, "address that KEDA asks")->group(scale);

  const std::string run = "How it runs";
  command->add_option("--program", options.program, "for systemd; /usr/bin/slipway by default")->group(run);
  command
      ->add_option("--drain-delay", arguments->drain_delay,
                   "asked to end, go on answering for so long; 5s in a cluster by default")
      ->group(run);
  command->add_option("--drain-timeout", arguments->drain_timeout, "then so long for what was accepted; 20s by default")
      ->group(run);
  command
      ->add_option("--env", options.variables, "NAME=VALUE for the server, as SLIPWAY_LOG_LEVEL=debug; may be repeated")
      ->group(run);
  command
      ->add_option("--secret-env", options.secret_variables,
                   "NAME=SECRET/KEY: a variable from a Secret; may be repeated")
      ->group(run);

  const std::string cluster = "The cluster";
  command->add_option("--namespace", options.name_space, "else the one that kubectl is set to")->group(cluster);
  command->add_option("--image-pull-secret", options.image_pull_secret, "Secret for the registry")->group(cluster);
  command
      ->add_flag("--service-monitor", options.service_monitor, "a ServiceMonitor, where the Prometheus operator runs")
      ->group(cluster);
  command
      ->add_option("--monitoring-namespace", options.monitoring_namespace,
                   "where Prometheus runs; monitoring by default")
      ->group(cluster);
  command
      ->add_option("--allow-namespace", options.allowed_namespaces,
                   "pods of this namespace may call, too; may be repeated")
      ->group(cluster);
  command
      ->add_flag_function(
          "--no-network-policy", [&options](std::int64_t) { options.network_policy = false; }, "anybody may call")
      ->group(cluster);

  const std::string models = "Where the models come from, if not from the image";
  command->add_option("--model-volume", options.model_volume, "a PersistentVolumeClaim with a repository")
      ->group(models);
  command
      ->add_option("--model-url", options.model_urls,
                   "https://…, http://… or s3://…, fetched at the start; may be repeated")
      ->group(models);
  command->add_option("--model-sha256", options.model_sha256s, "its hash, one for each")->group(models);
  command->add_option("--model-secret", options.model_secret, "Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
      ->group(models);
  command->add_option("--model-endpoint", options.model_endpoint, "address of an S3-compatible store")->group(models);
  command->add_option("--storage-uri", options.storage_uri, "what KServe brings: s3://…, gs://…, pvc://CLAIM/PATH")
      ->group(models);
  command->callback([arguments, &exit_code] { exit_code = deploy(*arguments); });
}

}  // namespace slipway::cli
