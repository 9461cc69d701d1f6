#include <fmt/format.h>

#include <algorithm>

#include "ship/kubernetes_parts.hpp"

namespace slipway::ship {

namespace {

/// Quickly up, since a queue grows quickly; slowly down, since a server that is gone has to load its models again.
void add_behavior(YamlText& text, std::size_t indent) {
  text.add(indent, R"(
behavior:
  scaleUp:
    stabilizationWindowSeconds: 0
    policies:
      - type: Percent
        value: 100
        periodSeconds: 30
      - type: Pods
        value: 2
        periodSeconds: 30
  scaleDown:
    stabilizationWindowSeconds: 300
    policies:
      - type: Pods
        value: 1
        periodSeconds: 60
)");
}

void mark_and_add_bounds(YamlText& text, const DeployPlan& plan, const char* least, const char* most) {
  text.mark("fewest and most replicas");
  text.add(2, "{}: {}\n{}: {}\n", Scalar::text(least), Scalar::number(plan.replicas_min), Scalar::text(most),
           Scalar::number(plan.replicas_max));
}

}  // namespace

YamlText disruption_budget(const DeployPlan& plan) {
  YamlText text;
  add_head(text, plan, "policy/v1", "PodDisruptionBudget", plan.name);
  text.add(0, R"(
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow  # what does not work holds no node up
  selector:
    matchLabels:
      app.kubernetes.io/name: {}
)",
           Scalar::text(plan.name));
  return text;
}

YamlText horizontal_pod_autoscaler(const DeployPlan& plan) {
  YamlText text;
  const bool on_gpus = plan.gpus > 0;
  text.add(0, R"(
# The queue tells first that there are too few servers, and nothing of whether there are too many: it is as empty at
# nine tenths of what they can do as at none. So the second metric holds those that are busy; the larger answer counts.
#
# The cluster learns slipway_queue_depth from prometheus-adapter, which needs these rules:
#
#   rules:
#     custom:
#       - seriesQuery: '{{__name__=~"^slipway_(queue_depth|instances_busy)$",namespace!="",pod!=""}}'
#         resources: {{overrides: {{namespace: {{resource: namespace}}, pod: {{resource: pod}}}}}}
#         metricsQuery: 'sum(avg_over_time(<<.Series>>{{<<.LabelMatchers>>}}[1m])) by (<<.GroupBy>>)'
)");
  add_head(text, plan, "autoscaling/v2", "HorizontalPodAutoscaler", plan.name);
  text.add(0, R"(
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {}
)",
           Scalar::text(plan.name));
  mark_and_add_bounds(text, plan, "minReplicas", "maxReplicas");
  text.add(2, "metrics:\n");
  text.mark("requests that may wait, a replica");
  text.add(2, R"(
  - type: Pods
    pods:
      metric:
        name: slipway_queue_depth
      target:
        type: AverageValue
        averageValue: {}
)",
           Scalar::quoted(fmt::format("{}", plan.queue_target)));
  if (on_gpus) {
    text.add(2, R"(
  - type: Pods
    pods:
      metric:
        name: slipway_instances_busy
      target:
        type: AverageValue
        averageValue: {}
)",
             Scalar::quoted(fmt::format("{}m", 700 * plan.gpus)));
  } else {
    text.add(2, R"(
  - type: Resource
    resource:
      name: cpu
      target:
        type: Utilization
        averageUtilization: 70
)");
  }
  add_behavior(text, 2);
  return text;
}

std::vector<std::string> scaling_queries(const DeployPlan& plan, const std::string& name_space) {
  const std::string in_namespace = name_space.empty() ? "" : fmt::format(R"(,namespace="{}")", name_space);
  std::vector<std::string> metrics{"slipway_queue_depth"};
  if (plan.gpus > 0) metrics.emplace_back("slipway_instances_busy");
  std::vector<std::string> queries;
  queries.reserve(metrics.size());
  for (const std::string& metric : metrics)
    queries.push_back(fmt::format(R"(sum(avg_over_time({}{{service="{}"{}}}[1m])))", metric, plan.name, in_namespace));
  return queries;
}

YamlText scaled_object(const DeployPlan& plan) {
  YamlText text;
  const bool on_gpus = plan.gpus > 0;
  const std::vector<std::string> queries = scaling_queries(plan, plan.name_space);
  text.add(0, R"(
# The queue tells first that there are too few servers, and nothing of whether there are too many; the second trigger
# holds those that are busy, and the larger answer counts. KEDA asks Prometheus itself, which must know the metrics, as
# from a ServiceMonitor (--service-monitor): it adds the label service.
)");
  add_head(text, plan, "keda.sh/v1alpha1", "ScaledObject", plan.name);
  text.add(0, "spec:\n  scaleTargetRef:\n    name: {}\n", Scalar::text(plan.name));
  mark_and_add_bounds(text, plan, "minReplicaCount", "maxReplicaCount");
  text.add(2, R"(
pollingInterval: 15
advanced:
  horizontalPodAutoscalerConfig:
)");
  add_behavior(text, 6);
  text.add(2, "triggers:\n");
  text.mark("requests that may wait, a replica");
  const auto add_trigger = [&](const std::string& query, const std::string& threshold) {
    text.add(4, R"(
- type: prometheus
  metadata:
    threshold: {}
    serverAddress: {}
    query: {}
)",
             Scalar::quoted(threshold), Scalar::text(plan.prometheus), Scalar::text(query));
  };
  add_trigger(queries.at(0), fmt::format("{}", plan.queue_target));
  if (on_gpus) {
    add_trigger(queries.at(1), fmt::format("{:.1f}", 0.7 * plan.gpus));
  } else {
    text.add(4, R"(
- type: cpu
  metricType: Utilization
  metadata:
    value: "70"
)");
  }
  return text;
}

}  // namespace slipway::ship
