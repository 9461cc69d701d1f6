#include "ship/kubernetes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ship/kubernetes_parts.hpp"

namespace slipway::ship {

std::vector<Manifest> kubernetes_manifests(const DeployPlan& plan) {
  std::vector<Manifest> all;
  const auto add = [&](const char* file, std::string what, YamlText text) {
    all.push_back({file, std::move(what), std::move(text)});
  };
  if (plan.subject.is_app && !plan.for_kustomize)
    add("configmap.yaml", fmt::format("ConfigMap {}: the app file", config_map_name(plan)), config_map(plan));
  add("deployment.yaml", fmt::format("Deployment {}: the servers", plan.name), deployment(plan));
  add("service.yaml", fmt::format("Service {}: HTTP", plan.name), http_service(plan));
  if (plan.subject.grpc_port) {
    add("service-grpc.yaml", fmt::format("Service {}: gRPC, balanced by its clients", grpc_service_name(plan)),
        grpc_service(plan));
  }
  if (fewest_replicas(plan) > 1 || plan.replicas_max > 1) {
    add("poddisruptionbudget.yaml",
        fmt::format("PodDisruptionBudget {}: nodes are emptied one server at a time", plan.name),
        disruption_budget(plan));
  }
  if (plan.autoscaler == Autoscaler::horizontal_pod_autoscaler) {
    add("horizontalpodautoscaler.yaml", fmt::format("HorizontalPodAutoscaler {}: servers by load", plan.name),
        horizontal_pod_autoscaler(plan));
  } else if (plan.autoscaler == Autoscaler::keda) {
    add("scaledobject.yaml", fmt::format("ScaledObject {}: servers by load, through KEDA", plan.name),
        scaled_object(plan));
  }
  if (plan.network_policy)
    add("networkpolicy.yaml", fmt::format("NetworkPolicy {}: who may connect", plan.name), network_policy(plan));
  if (plan.service_monitor)
    add("servicemonitor.yaml", fmt::format("ServiceMonitor {}: metrics to Prometheus", plan.name),
        service_monitor(plan));
  return all;
}

std::string about(const DeployPlan& plan, const std::string& used_by) {
  std::string text = fmt::format("# {}: models served by Slipway.  {}\n# Models: {}\n", plan.name, used_by,
                                 Scalar::comment(fmt::format("{}", fmt::join(plan.subject.models, "; "))).yaml());
  return text;
}

std::string kubernetes_file(const DeployPlan& plan) {
  YamlText document;
  std::string objects = "#\n";
  for (const Manifest& manifest : kubernetes_manifests(plan)) {
    if (!document.text().empty()) document.add(0, "---\n");
    document.append(manifest.text);
    objects += fmt::format("#   {}\n", manifest.what);
  }
  return with_index(about(plan, "kubectl apply -f FILE") + objects, document);
}

}  // namespace slipway::ship
