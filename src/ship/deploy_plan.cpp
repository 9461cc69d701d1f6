#include "ship/deploy_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "ship/deploy_parts.hpp"
#include "ship/names.hpp"
#include "ship/yaml_text.hpp"

namespace slipway::ship {

namespace {

constexpr std::size_t name_length_max = 50;  // Services and claims are called after it, with an ending
constexpr std::size_t config_map_bytes_max = 1U << 20U;
constexpr std::chrono::seconds usual_drain_delay{5};  ///< until every balancer has heard of it
constexpr std::chrono::seconds end_takes{5};

constexpr std::array<std::pair<std::string_view, Orchestrator>, 4> orchestrators{
    {{"kubernetes", Orchestrator::kubernetes},
     {"kserve", Orchestrator::kserve},
     {"compose", Orchestrator::compose},
     {"systemd", Orchestrator::systemd}}};

std::string_view name_of(Orchestrator to) {
  return std::ranges::find(orchestrators, to, &std::pair<std::string_view, Orchestrator>::second)->first;
}

/// An option that was given and says nothing where it does not belong.
core::Result<void> check_belongs(const DeployOptions& options, Orchestrator to) {
  struct Rule {
    const char* option;
    bool is_given;
    std::string_view where;  ///< the first letters of those that know it
  };
  // K: kubernetes, S: kserve, C: compose, U: systemd
  const std::array rules{
      Rule{"--namespace", options.name_space.has_value(), "KS"},
      Rule{"--image", options.image.has_value(), "KSC"},
      Rule{"--replicas", options.replicas.has_value(), "K"},
      Rule{"--min-replicas", options.replicas_min.has_value(), "KS"},
      Rule{"--max-replicas", options.replicas_max.has_value(), "KS"},
      Rule{"--autoscaler", options.autoscaler.has_value(), "K"},
      Rule{"--prometheus", options.prometheus.has_value(), "K"},
      Rule{"--gpus", options.gpus.has_value(), "KSC"},
      Rule{"--secret-env", !options.secret_variables.empty(), "KS"},
      Rule{"--image-pull-secret", options.image_pull_secret.has_value(), "KS"},
      Rule{"--service-monitor", options.service_monitor, "K"},
      Rule{"--no-network-policy", !options.network_policy, "K"},
      Rule{"--allow-namespace", !options.allowed_namespaces.empty(), "K"},
      Rule{"--model-volume", options.model_volume.has_value(), "K"},
      Rule{"--model-url", !options.model_urls.empty(), "K"},
      Rule{"--model-sha256", !options.model_sha256s.empty(), "K"},
      Rule{"--model-secret", options.model_secret.has_value(), "K"},
      Rule{"--model-endpoint", options.model_endpoint.has_value(), "K"},
      Rule{"--kustomize", options.for_kustomize, "K"},
      Rule{"--storage-uri", options.storage_uri.has_value(), "S"},
      Rule{"--program", options.program.has_value(), "U"},
  };
  const char letter = std::string_view("KSCU")[static_cast<std::size_t>(to)];
  for (const Rule& rule : rules) {
    if (rule.is_given && !rule.where.contains(letter))
      return core::invalid(fmt::format("{}: means nothing with --to {}", rule.option, name_of(to)));
  }
  return {};
}

core::Result<void> set_image(const DeployOptions& options, DeployPlan& plan) {
  TRY(const ImageReference image,
      image_reference_from(options.image.value_or(image_name_from(plan.subject.called) + ":latest")));
  plan.image = image.text;
  if (!options.image) {
    plan.notes.push_back(fmt::format(
        "no --image given: {} is what slipway pack calls it, which no other machine finds; push it and name it here",
        plan.image));
  } else if (!image.has_version) {
    plan.notes.push_back(fmt::format(
        "image {}: has no tag but latest, so nobody can say which version runs, or go back to the one before",
        plan.image));
  }
  return {};
}

core::Result<void> check_subject(const DeploySubject& subject) {
  if (subject.http_port == 0)
    return core::invalid(
        fmt::format("{}: http_port 0 is any free one; a service needs one that is known", subject.file_name));
  if (subject.grpc_port == 0 || subject.metrics_port == 0)
    return core::invalid(fmt::format("{}: {} 0 is any free one; a service needs one that is known, or none",
                                     subject.file_name, subject.grpc_port == 0 ? "grpc_port" : "metrics_port"));
  if (subject.is_app && (!is_plain_text(subject.file_name) || subject.file_name.contains(':')))
    return core::invalid(fmt::format("{}: a file's name without colons and control characters expected",
                                     Scalar::comment(subject.file_name).yaml()));
  if (subject.app_file.size() > config_map_bytes_max)
    return core::invalid(fmt::format("{}: is over 1 MiB, the most that a ConfigMap holds", subject.file_name));
  std::string_view rest = subject.app_file;
  while (!rest.empty()) {
    std::string line(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    std::erase(line, '\t');
    if (line.ends_with('\r')) line.pop_back();
    if (!is_plain_text(line))
      return core::invalid(fmt::format("{}: has characters that are no text (UTF-8)", subject.file_name));
  }
  return {};
}

/// Ports that the kernel keeps for those with a right that neither a container's user nor a unit's has.
core::Result<void> check_low_ports(DeployPlan& plan) {
  constexpr std::uint16_t first_free = 1024;
  const DeploySubject& subject = plan.subject;
  const std::array<std::pair<const char*, std::uint16_t>, 3> ports{
      {{"http_port", subject.http_port},
       {"grpc_port", subject.grpc_port.value_or(first_free)},
       {"metrics_port", subject.metrics_port.value_or(first_free)}}};
  for (const auto& [name, port] : ports) {
    if (port >= first_free) continue;
    const std::string what = fmt::format("{}: {} {}: is below 1024", subject.file_name, name, port);
    if (plan.to == Orchestrator::systemd)
      return core::invalid(
          fmt::format("{}, where the unit has no right to listen; a higher one behind a proxy is reached there", what));
    plan.notes.push_back(fmt::format(
        "{}: user 65532 may listen there only where net.ipv4.ip_unprivileged_port_start allows it, which Docker "
        "sets and not every cluster",
        what));
  }
  return {};
}

/// Of a unit, whose lists of paths are parted by colons.
core::Result<void> check_paths(const DeploySubject& subject) {
  std::vector<std::string> paths = subject.read;
  paths.push_back(subject.path);
  const auto wrong =
      std::ranges::find_if(paths, [](const auto& path) { return !is_plain_text(path) || path.contains(':'); });
  if (wrong == paths.end()) return {};
  return core::invalid(
      fmt::format("{}: a unit cannot name a path with colons or control characters", Scalar::comment(*wrong).yaml()));
}

}  // namespace

core::Result<Orchestrator> orchestrator_from(const std::string& name) {
  for (const auto& [known, to] : orchestrators) {
    if (known == name) return to;
  }
  return core::invalid(fmt::format("--to {}: kubernetes, kserve, compose or systemd expected", name));
}

std::chrono::seconds DeployPlan::grace() const {
  return std::chrono::ceil<std::chrono::seconds>(drain_delay + drain_timeout) + end_takes;
}

std::array<std::pair<std::string, std::string>, 3> port_variables(const DeploySubject& subject) {
  const auto text = [](const std::optional<std::uint16_t>& port) { return port ? fmt::format("{}", *port) : "none"; };
  return {{{"SLIPWAY_HTTP_PORT", text(subject.http_port)},
           {"SLIPWAY_GRPC_PORT", text(subject.grpc_port)},
           {"SLIPWAY_METRICS_PORT", text(subject.metrics_port)}}};
}

std::string duration_text(std::chrono::milliseconds duration) {
  if (duration.count() % 1000 == 0) return fmt::format("{}s", duration.count() / 1000);
  return fmt::format("{}ms", duration.count());
}

core::Result<DeployPlan> plan_deployment(const DeployOptions& options, DeploySubject subject) {
  DeployPlan plan;
  TRY(plan.to, orchestrator_from(options.to));
  TRY_VOID(check_belongs(options, plan.to));
  TRY_VOID(check_subject(subject));
  plan.subject = std::move(subject);
  plan.notes = plan.subject.notes;
  plan.name = label_from(plan.subject.called, name_length_max);
  if (options.name) {
    TRY(plan.name, checked_label("--name", *options.name, name_length_max));
  }
  plan.for_kustomize = options.for_kustomize;
  if (options.for_kustomize && options.name_space)
    return core::invalid("--namespace with --kustomize: each overlay has a namespace of its own");
  if (options.name_space) {
    TRY(plan.name_space, checked_label("--namespace", *options.name_space));
  }
  TRY_VOID(check_low_ports(plan));
  if (plan.to != Orchestrator::systemd) TRY_VOID(set_image(options, plan));
  TRY_VOID(set_replicas(options, plan));
  TRY_VOID(set_resources(options, plan));
  TRY_VOID(set_variables(options, plan));
  TRY_VOID(set_models(options, plan));
  const bool behind_a_balancer = plan.to == Orchestrator::kubernetes || plan.to == Orchestrator::kserve;
  const bool said = plan.subject.drain_delay.count() > 0 || !behind_a_balancer;
  plan.drain_delay = options.drain_delay.value_or(said ? plan.subject.drain_delay : usual_drain_delay);
  plan.drain_timeout = options.drain_timeout.value_or(plan.subject.drain_timeout);
  if (options.image_pull_secret) {
    TRY(plan.image_pull_secret, checked_subdomain("--image-pull-secret", *options.image_pull_secret));
  }
  plan.service_monitor = options.service_monitor;
  plan.network_policy = options.network_policy;
  if (!plan.network_policy && !options.allowed_namespaces.empty())
    return core::invalid("--allow-namespace with --no-network-policy: without a policy all may call");
  for (const std::string& allowed : options.allowed_namespaces) {
    TRY(std::string name, checked_label("--allow-namespace", allowed));
    plan.allowed_namespaces.push_back(std::move(name));
  }
  TRY(plan.monitoring_namespace, checked_label("--monitoring-namespace", options.monitoring_namespace));
  plan.program = options.program.value_or("/usr/bin/slipway");
  // of these systemd takes none for a program's name, whatever stands before them
  if (!plan.program.starts_with('/') || !is_plain_text(plan.program) ||
      plan.program.find_first_of("\"'\\$") != std::string::npos)
    return core::invalid(
        fmt::format("--program {}: the whole path expected, as /usr/bin/slipway, without quotes, backslashes and $",
                    Scalar::comment(plan.program).yaml()));
  if (plan.to == Orchestrator::systemd) TRY_VOID(check_paths(plan.subject));
  return plan;
}

}  // namespace slipway::ship
