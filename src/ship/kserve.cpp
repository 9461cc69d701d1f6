#include "ship/kserve.hpp"

#include <fmt/format.h>

#include "ship/kubernetes.hpp"
#include "ship/kubernetes_parts.hpp"

namespace slipway::ship {

namespace {

constexpr std::size_t in_runtime = 6;
constexpr std::size_t in_model = 6;

/// KServe mounts there what it brought.
constexpr const char* storage_folder = "/mnt/models";

YamlText serving_runtime(const DeployPlan& plan) {
  YamlText text;
  add_head(text, plan, "serving.kserve.io/v1alpha1", "ServingRuntime", plan.name);
  text.add(0, R"(
spec:
  supportedModelFormats:
    - name: slipway  # all formats that the image has backends for; taken by nobody who does not name it
      version: "1"
      autoSelect: false
  protocolVersions:
    - v2
    - grpc-v2
  multiModel: false
)");
  if (plan.subject.metrics_port)
    text.add(2, R"(
annotations:
  prometheus.kserve.io/path: /metrics
  prometheus.kserve.io/port: {}
)",
             Scalar::quoted(fmt::format("{}", *plan.subject.metrics_port)));
  if (!plan.image_pull_secret.empty())
    text.add(2, "imagePullSecrets:\n  - name: {}\n", Scalar::text(plan.image_pull_secret));
  text.add(2, "containers:\n  - name: kserve-container\n");
  text.mark("image");
  text.add(in_runtime, "image: {}\nimagePullPolicy: IfNotPresent\n", Scalar::text(plan.image));
  if (!plan.storage_uri.empty()) add_arguments(text, plan, in_runtime, storage_folder);
  const auto add_port = [&](const char* name, std::uint16_t port) {
    text.add(in_runtime, R"(
  - name: {}
    containerPort: {}
    protocol: TCP
)",
             Scalar::text(name), Scalar::number(port));
  };
  text.add(in_runtime, "ports:  # the first is what the service's address reaches\n");
  add_port("http", plan.subject.http_port);
  if (plan.subject.grpc_port) add_port("grpc", *plan.subject.grpc_port);
  add_probes(text, in_runtime);
  add_container_security(text, in_runtime);
  return text;
}

YamlText inference_service(const DeployPlan& plan) {
  YamlText text;
  text.add(0, R"(
# Deployments and Services without Knative, so that HTTP and gRPC are both reached: Knative opens one port.
)");
  add_head(text, plan, "serving.kserve.io/v1beta1", "InferenceService", plan.name);
  text.add(2, R"(
annotations:
  serving.kserve.io/deploymentMode: RawDeployment
)");
  text.add(0, "spec:\n  predictor:\n");
  text.mark("fewest and most replicas");
  const bool scales = plan.replicas_max > 0;
  text.add(4, "minReplicas: {}\nmaxReplicas: {}\n", Scalar::number(scales ? plan.replicas_min : plan.replicas),
           Scalar::number(scales ? plan.replicas_max : plan.replicas));
  if (scales) text.add(4, "scaleMetric: cpu\nscaleTarget: 70  # percent of the cores asked for\n");
  text.add(4, R"(
labels:
  app.kubernetes.io/name: {}
model:
  modelFormat:
    name: slipway
    version: "1"
  runtime: {}
  protocolVersion: v2
)",
           Scalar::text(plan.name), Scalar::text(plan.name));
  if (!plan.storage_uri.empty()) {
    text.mark("where the models come from");
    text.add(in_model, "storageUri: {}\n", Scalar::text(plan.storage_uri));
  }
  add_resources(text, plan, in_model);
  add_environment(text, plan, in_model);
  add_pod_rules(text, plan, 4);
  return text;
}

}  // namespace

std::string kserve_file(const DeployPlan& plan) {
  YamlText document = serving_runtime(plan);
  document.add(0, "---\n");
  document.append(inference_service(plan));
  const std::string objects = fmt::format(
      "#\n#   ServingRuntime {0}: how the program is run\n#   InferenceService {0}: that it is, and how many times\n",
      plan.name);
  return with_index(about(plan, "kubectl apply -f FILE, where KServe is installed") + objects, document);
}

}  // namespace slipway::ship
