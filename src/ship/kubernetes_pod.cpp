#include <fmt/format.h>

#include <algorithm>

#include "models/model_hash.hpp"
#include "ship/kubernetes_parts.hpp"

namespace slipway::ship {

namespace {

constexpr std::size_t in_pod = 6;
constexpr std::size_t in_container = 10;

bool needs_volumes(const DeployPlan& plan) { return plan.brings_models() || plan.subject.is_app; }

void add_pod_ports(YamlText& text, const DeployPlan& plan) {
  const auto add = [&](const char* name, std::uint16_t port) {
    text.add(in_container, R"(
  - name: {}
    containerPort: {}
)",
             Scalar::text(name), Scalar::number(port));
  };
  text.add(in_container, "ports:\n");
  add("http", plan.subject.http_port);
  if (plan.subject.grpc_port) add("grpc", *plan.subject.grpc_port);
  if (plan.subject.metrics_port) add("metrics", *plan.subject.metrics_port);
}

void add_mounts(YamlText& text, const DeployPlan& plan) {
  if (plan.brings_models())
    text.add(in_container, R"(
volumeMounts:
  - name: models
    mountPath: /srv/models
    readOnly: true
)");
  if (!plan.subject.is_app) return;
  text.add(in_container, R"(
volumeMounts:
  - name: app  # in place of the one in the image
    mountPath: {}
    subPath: app.yaml
    readOnly: true
)",
           Scalar::text("/app/" + plan.subject.file_name));
}

void add_volumes(YamlText& text, const DeployPlan& plan) {
  if (!needs_volumes(plan)) return;
  text.add(in_pod, "volumes:\n");
  if (!plan.model_volume.empty()) {
    text.mark("the models' volume");
    text.add(in_pod, R"(
  - name: models
    persistentVolumeClaim:
      claimName: {}
      readOnly: true
)",
             Scalar::text(plan.model_volume));
  } else if (!plan.fetched.empty()) {
    text.add(in_pod, R"(
  - name: models  # filled by the init containers, gone with the pod
    emptyDir: {{}}
)");
  }
  if (!plan.subject.is_app) return;
  text.add(in_pod, R"(
  - name: app
    configMap:
      name: {}
      optional: false
)",
           Scalar::text(config_map_name(plan)));
}

/// The credentials of an S3 store, under the names that every client of one reads.
void add_credentials(YamlText& text, const DeployPlan& plan) {
  if (plan.model_secret.empty() && plan.model_endpoint.empty()) return;
  text.add(in_container, "env:\n");
  if (!plan.model_endpoint.empty())
    text.add(in_container, "  - name: AWS_ENDPOINT_URL\n    value: {}\n", Scalar::not_expanded(plan.model_endpoint));
  if (plan.model_secret.empty()) return;
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"}) {
    const std::string key = name;
    const bool may_lack = key == "AWS_SESSION_TOKEN" || key == "AWS_REGION";
    add_secret_variable(text, {key, plan.model_secret, key}, may_lack, in_container);
  }
}

void add_fetching(YamlText& text, const DeployPlan& plan) {
  if (plan.fetched.empty()) return;
  text.add(in_pod, "initContainers:  # each brings one model, and ends with an error where its hash is another\n");
  for (std::size_t i = 0; i < plan.fetched.size(); ++i) {
    text.mark(fmt::format("model {}: address and SHA-256", i + 1));
    text.add(in_pod, R"(
  - name: fetch-{}
    args: [{}, --to, /srv/models, --sha256, {}]
    command: [/usr/bin/slipway, fetch]
    image: {}
    imagePullPolicy: IfNotPresent
)",
             Scalar::number(i + 1), Scalar::not_expanded(plan.fetched[i].url), Scalar::quoted(plan.fetched[i].sha256),
             Scalar::text(plan.image));
    add_credentials(text, plan);
    text.add(in_container, R"(
resources:
  requests:
    cpu: 100m
    memory: 64Mi
  limits:
    memory: 256Mi
volumeMounts:
  - name: models
    mountPath: /srv/models
)");
    add_container_security(text, in_container);
  }
}

}  // namespace

YamlText config_map(const DeployPlan& plan) {
  YamlText text;
  add_head(text, plan, "v1", "ConfigMap", config_map_name(plan));
  text.mark("the app file");
  text.add(0, "data:\n  app.yaml: {}\n", Scalar::block(plan.subject.app_file, 4));
  return text;
}

YamlText deployment(const DeployPlan& plan) {
  YamlText text;
  add_head(text, plan, "apps/v1", "Deployment", plan.name);
  text.add(0, "spec:\n");
  if (plan.autoscaler == Autoscaler::none) {
    text.mark("replicas");
    text.add(2, "replicas: {}\n", Scalar::number(plan.replicas));
  }
  text.add(2, R"(
selector:
  matchLabels:
    app.kubernetes.io/name: {}
strategy:
  type: RollingUpdate
  rollingUpdate:  # a new one is ready before an old one goes
    maxUnavailable: 0
    maxSurge: 1
template:
  metadata:
    labels:
      app.kubernetes.io/name: {}
      app.kubernetes.io/component: model-server
)",
           Scalar::text(plan.name), Scalar::text(plan.name));
  if (plan.subject.is_app && !plan.for_kustomize)
    text.add(4, R"(
  annotations:  # of the app file: changed with it, all servers are replaced; else kubectl rollout restart does that
    slipway/app-sha256: {}
)",
             Scalar::quoted(models::text_hash(plan.subject.app_file).value_or("")));
  text.add(4, "spec:\n  containers:\n    - name: slipway\n");
  text.mark("image");
  text.add(in_container, "image: {}\nimagePullPolicy: IfNotPresent\n", Scalar::text(plan.image));
  if (plan.brings_models()) add_arguments(text, plan, in_container, "/srv/models");  // else the image knows its own
  add_resources(text, plan, in_container);
  add_environment(text, plan, in_container);
  add_pod_ports(text, plan);
  add_probes(text, in_container);
  add_container_security(text, in_container);
  add_mounts(text, plan);
  add_fetching(text, plan);
  add_volumes(text, plan);
  add_pod_rules(text, plan, in_pod);
  return text;
}

}  // namespace slipway::ship
