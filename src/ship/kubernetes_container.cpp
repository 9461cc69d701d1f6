#include <fmt/format.h>

#include "ship/kubernetes_parts.hpp"
#include "ship/quantity.hpp"

namespace slipway::ship {

namespace {

void add_gpus(YamlText& text, const DeployPlan& plan, std::size_t indent) {
  if (plan.gpus > 0) text.add(indent, "{}: {}\n", Scalar::quoted(plan.gpu_resource), Scalar::number(plan.gpus));
}

}  // namespace

void add_environment(YamlText& text, const DeployPlan& plan, std::size_t indent) {
  text.mark("settings (SLIPWAY_…)");
  text.add(indent, R"(
env:  # every option of slipway serve has a variable
  - name: SLIPWAY_DRAIN_DELAY  # asked to end: not ready, and answering until no balancer sends more
    value: {}
  - name: SLIPWAY_DRAIN_TIMEOUT  # then what was accepted is finished
    value: {}
)",
           Scalar::quoted(duration_text(plan.drain_delay)), Scalar::quoted(duration_text(plan.drain_timeout)));
  for (const auto& [name, value] : port_variables(plan.subject))
    text.add(indent, "  - name: {}\n    value: {}\n", Scalar::text(name), Scalar::quoted(value));
  for (const auto& [name, value] : plan.variables)
    text.add(indent, "  - name: {}\n    value: {}\n", Scalar::text(name), Scalar::not_expanded(value));
  for (const auto& variable : plan.secret_variables) add_secret_variable(text, variable, false, indent);
}

void add_secret_variable(YamlText& text, const DeployPlan::SecretVariable& variable, bool may_lack,
                         std::size_t indent) {
  text.add(indent, R"(
  - name: {}
    valueFrom:
      secretKeyRef:
        name: {}
        key: {}
        optional: {}
)",
           Scalar::text(variable.name), Scalar::text(variable.secret), Scalar::text(variable.key),
           Scalar::boolean(may_lack));
}

void add_arguments(YamlText& text, const DeployPlan& plan, std::size_t indent, const char* models) {
  text.add(indent, "args:\n  - {}\n", Scalar::text(models));
  if (!plan.subject.backend.empty()) text.add(indent, "  - --backend\n  - {}\n", Scalar::text(plan.subject.backend));
}

void add_resources(YamlText& text, const DeployPlan& plan, std::size_t indent) {
  text.mark("cores and memory");
  text.add(indent, R"(
resources:
  requests:
    cpu: {}
    memory: {}
)",
           Scalar::quoted(cores_text(plan.cpu_millis)), Scalar::quoted(bytes_text(plan.memory_bytes)));
  add_gpus(text, plan, indent + 4);
  text.add(indent, "  limits:\n");
  if (plan.cpu_limit_millis > 0)
    text.add(indent, "    cpu: {}  # the server runs an instance of each model a core\n",
             Scalar::quoted(cores_text(plan.cpu_limit_millis)));
  text.add(indent, "    memory: {}\n", Scalar::quoted(bytes_text(plan.memory_limit_bytes)));
  add_gpus(text, plan, indent + 4);
}

void add_container_security(YamlText& text, std::size_t indent) {
  text.add(indent, R"(
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop:
      - ALL
)");
}

void add_probes(YamlText& text, std::size_t indent) {
  text.add(indent, R"(
startupProbe:  # it listens when its models are loaded: five minutes are given
  httpGet:
    path: /v2/health/live
    port: http
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 150
readinessProbe:  # not while a model is missing, nor from the moment it is asked to end
  httpGet:
    path: /v2/health/ready
    port: http
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  httpGet:
    path: /v2/health/live
    port: http
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
)");
}

void add_pod_rules(YamlText& text, const DeployPlan& plan, std::size_t indent) {
  const auto seconds = [](std::chrono::milliseconds time) { return Scalar::comment(duration_text(time)); };
  text.add(indent, R"(
terminationGracePeriodSeconds: {}  # drain delay {} + drain timeout {} + 5 s to end
automountServiceAccountToken: false  # it asks the cluster nothing
enableServiceLinks: false  # a Service called slipway would set SLIPWAY_… variables
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
)",
           Scalar::number(plan.grace().count()), seconds(plan.drain_delay), seconds(plan.drain_timeout));
  if (plan.brings_models()) text.add(indent, "  fsGroup: 65532\n");
  text.add(indent, R"(
  seccompProfile:
    type: RuntimeDefault
)");
  if (!plan.image_pull_secret.empty())
    text.add(indent, "imagePullSecrets:\n  - name: {}\n", Scalar::text(plan.image_pull_secret));
  if (plan.gpus > 0)
    text.add(indent, R"(
tolerations:  # nodes with GPUs often keep others off
  - key: {}
    operator: Exists
    effect: NoSchedule
)",
             Scalar::quoted(plan.gpu_resource));
  if (fewest_replicas(plan) < 2 && plan.replicas_max < 2) return;
  text.add(indent, "topologySpreadConstraints:  # one node or zone that fails does not take all\n");
  for (const char* where : {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}) {
    text.add(indent, R"(
  - maxSkew: 1
    topologyKey: {}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        app.kubernetes.io/name: {}
    matchLabelKeys:
      - pod-template-hash
)",
             Scalar::text(where), Scalar::text(plan.name));
  }
}

}  // namespace slipway::ship
