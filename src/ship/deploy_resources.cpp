#include <fmt/format.h>

#include <algorithm>

#include "ship/deploy_parts.hpp"
#include "ship/names.hpp"
#include "ship/quantity.hpp"

namespace slipway::ship {

namespace {

constexpr std::int64_t replicas_most = 10'000;
constexpr std::uint64_t program_bytes = 128 * mebi;  ///< what a server takes without a model, on the safe side

}  // namespace

core::Result<void> set_replicas(const DeployOptions& options, DeployPlan& plan) {
  const auto in_range = [](const char* option, std::int64_t value) -> core::Result<std::uint32_t> {
    if (value < 1 || value > replicas_most)
      return core::invalid(fmt::format("{} {}: 1 to {} expected", option, value, replicas_most));
    return static_cast<std::uint32_t>(value);
  };
  if (options.replicas) {
    TRY(plan.replicas, in_range("--replicas", *options.replicas));
  }
  if (!options.replicas_max) {
    if (options.replicas_min) return core::invalid("--min-replicas: --max-replicas is missing, which asks for scaling");
    if (options.autoscaler) return core::invalid("--autoscaler: --max-replicas is missing, which says how far it goes");
    if (options.prometheus) return core::invalid("--prometheus: is for --autoscaler keda");
    return {};
  }
  if (options.replicas)
    return core::invalid("--replicas with --max-replicas: the autoscaler sets them; --min-replicas says how few");
  TRY(plan.replicas_max, in_range("--max-replicas", *options.replicas_max));
  const auto usual = std::min<std::int64_t>(plan.replicas, plan.replicas_max);
  TRY(plan.replicas_min, in_range("--min-replicas", options.replicas_min.value_or(usual)));
  if (plan.replicas_max < plan.replicas_min)
    return core::invalid(
        fmt::format("--max-replicas {} is below --min-replicas {}", plan.replicas_max, plan.replicas_min));
  const std::string autoscaler = options.autoscaler.value_or("hpa");
  if (autoscaler != "hpa" && autoscaler != "keda")
    return core::invalid(fmt::format("--autoscaler {}: hpa or keda expected", autoscaler));
  plan.autoscaler = autoscaler == "keda" ? Autoscaler::keda : Autoscaler::horizontal_pod_autoscaler;
  if (options.prometheus && plan.autoscaler != Autoscaler::keda)
    return core::invalid("--prometheus: is for --autoscaler keda; hpa asks the cluster's own metrics");
  constexpr std::int64_t queue_most = 1'000'000;
  if (options.queue_target < 1 || options.queue_target > queue_most)
    return core::invalid(fmt::format("--queue-target {}: 1 to {} expected", options.queue_target, queue_most));
  plan.queue_target = static_cast<std::uint32_t>(options.queue_target);
  plan.prometheus = options.prometheus.value_or("http://prometheus-operated.monitoring.svc:9090");
  if (!plan.prometheus.starts_with("http://") && !plan.prometheus.starts_with("https://"))
    return core::invalid(
        fmt::format("--prometheus {}: an address as http://prometheus:9090 expected", plan.prometheus));
  return {};
}

core::Result<void> set_resources(const DeployOptions& options, DeployPlan& plan) {
  const DeploySubject& subject = plan.subject;
  plan.cpu_millis = 1000ULL * std::max(subject.cores, 1U);
  if (options.cpu) {
    TRY(plan.cpu_millis, cores_from("--cpu", *options.cpu));
  }
  plan.cpu_limit_millis = plan.cpu_millis;
  if (options.cpu_limit == "none") {
    plan.cpu_limit_millis = 0;
  } else if (options.cpu_limit) {
    TRY(plan.cpu_limit_millis, cores_from("--cpu-limit", *options.cpu_limit));
    if (plan.cpu_limit_millis < plan.cpu_millis)
      return core::invalid(
          fmt::format("--cpu-limit {} is below --cpu {}", *options.cpu_limit, cores_text(plan.cpu_millis)));
  }
  // runtimes unpack weights, and lay them out anew; what was measured gets a quarter for what was not seen
  const std::uint64_t estimate =
      subject.peak_bytes != 0 ? subject.peak_bytes + subject.peak_bytes / 4 : program_bytes + 3 * subject.model_bytes;
  plan.memory_bytes = rounded_up(estimate, 64 * mebi);
  if (options.memory) {
    TRY(plan.memory_bytes, bytes_from("--memory", *options.memory));
  }
  // what is asked for is all there is: a node that is short of memory ends those first that take more
  plan.memory_limit_bytes = options.memory ? plan.memory_bytes : 2 * plan.memory_bytes;
  if (options.memory_limit) {
    TRY(plan.memory_limit_bytes, bytes_from("--memory-limit", *options.memory_limit));
    if (!options.memory) plan.memory_bytes = std::min(plan.memory_bytes, plan.memory_limit_bytes);
    if (plan.memory_limit_bytes < plan.memory_bytes)
      return core::invalid(
          fmt::format("--memory-limit {} is below --memory {}", *options.memory_limit, bytes_text(plan.memory_bytes)));
  }
  if (plan.memory_limit_bytes < subject.model_bytes)
    plan.notes.push_back(fmt::format("memory {} is less than the models' files, {}",
                                     bytes_text(plan.memory_limit_bytes),
                                     bytes_text(rounded_up(subject.model_bytes, mebi))));
  constexpr std::int64_t gpus_most = 64;
  if (options.gpus && (*options.gpus < 1 || *options.gpus > gpus_most))
    return core::invalid(fmt::format("--gpus {}: 1 to {} expected", *options.gpus, gpus_most));
  plan.gpus = static_cast<std::uint32_t>(options.gpus.value_or(0));
  if (plan.gpus > 0)
    plan.notes.emplace_back(
        "--gpus: the backends that come with this version compute on the CPU, whatever build of their runtime is "
        "there; "
        "GPUs stand idle unless the image has a backend of another that uses them");
  const std::size_t slash = options.gpu_resource.find('/');
  if (slash == std::string::npos || options.gpu_resource.size() == slash + 1 ||
      !checked_subdomain("", options.gpu_resource.substr(0, slash)) ||
      !checked_subdomain("", options.gpu_resource.substr(slash + 1)))
    return core::invalid(
        fmt::format("--gpu-resource {}: a resource as nvidia.com/gpu or amd.com/gpu expected", options.gpu_resource));
  plan.gpu_resource = options.gpu_resource;
  return {};
}

}  // namespace slipway::ship
