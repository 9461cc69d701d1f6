#include <fmt/format.h>

#include <charconv>
#include <set>

#include "ship/kubernetes_parts.hpp"

namespace slipway::ship {

namespace {

void add_port(YamlText& text, const char* name, std::uint16_t port) {
  text.add(2, R"(
  - name: {}
    port: {}
    targetPort: {}
)",
           Scalar::text(name), Scalar::number(port), Scalar::text(name));
}

void add_selector(YamlText& text, const DeployPlan& plan) {
  text.add(2, "selector:\n  app.kubernetes.io/name: {}\nports:\n", Scalar::text(plan.name));
}

}  // namespace

std::vector<std::uint16_t> model_ports(const DeployPlan& plan) {
  std::vector<std::string> addresses;
  for (const FetchedModel& model : plan.fetched) {
    const bool through_endpoint = model.url.starts_with("s3://") && !plan.model_endpoint.empty();
    addresses.push_back(through_endpoint ? plan.model_endpoint : model.url);
  }
  std::set<std::uint16_t> ports;
  for (const std::string& address : addresses) {
    const std::size_t host = address.find("://") + 3;
    const std::string authority = address.substr(host, address.find('/', host) - host);
    const std::size_t colon = authority.rfind(':');
    std::uint16_t port = address.starts_with("http://") ? 80 : 443;
    if (colon != std::string::npos && !authority.ends_with(']') && !address.starts_with("s3://"))
      std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
    ports.insert(port);
  }
  return {ports.begin(), ports.end()};
}

std::uint32_t fewest_replicas(const DeployPlan& plan) {
  return plan.autoscaler == Autoscaler::none ? plan.replicas : plan.replicas_min;
}

std::string grpc_service_name(const DeployPlan& plan) { return plan.name + "-grpc"; }
std::string config_map_name(const DeployPlan& plan) { return plan.name + "-app"; }

void add_head(YamlText& text, const DeployPlan& plan, const char* api_version, const char* kind,
              const std::string& name) {
  text.add(0, R"(
apiVersion: {}
kind: {}
metadata:
  name: {}
)",
           Scalar::text(api_version), Scalar::text(kind), Scalar::text(name));
  if (!plan.name_space.empty()) text.add(2, "namespace: {}\n", Scalar::text(plan.name_space));
  text.add(2, R"(
labels:
  app.kubernetes.io/name: {}
  app.kubernetes.io/managed-by: slipway
)",
           Scalar::text(plan.name));
}

YamlText http_service(const DeployPlan& plan) {
  YamlText text;
  add_head(text, plan, "v1", "Service", plan.name);
  text.add(0, "spec:\n");
  add_selector(text, plan);
  add_port(text, "http", plan.subject.http_port);
  if (plan.subject.metrics_port) add_port(text, "metrics", *plan.subject.metrics_port);
  return text;
}

YamlText grpc_service(const DeployPlan& plan) {
  YamlText text;
  text.add(0, R"(
# A gRPC client keeps one connection, which a Service would hand to one server for good. This one has no address of its
# own: its name is that of every server, and the client spreads its calls, as with dns:///{}:{} and
# the policy round_robin.
)",
           Scalar::text(grpc_service_name(plan)), Scalar::number(*plan.subject.grpc_port));
  add_head(text, plan, "v1", "Service", grpc_service_name(plan));
  text.add(0, "spec:\n  clusterIP: None\n");
  add_selector(text, plan);
  add_port(text, "grpc", *plan.subject.grpc_port);
  return text;
}

YamlText network_policy(const DeployPlan& plan) {
  YamlText text;
  add_head(text, plan, "networking.k8s.io/v1", "NetworkPolicy", plan.name);
  text.add(0, R"(
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: {}
  policyTypes:
    - Ingress
    - Egress
  ingress:
    - from:
)",
           Scalar::text(plan.name));
  text.mark("who may call");
  text.add(8, "- podSelector: {{}}  # everything in this namespace\n");
  const auto add_namespace = [&](const std::string& name) {
    text.add(8, R"(
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {}
)",
             Scalar::text(name));
  };
  for (const std::string& name : plan.allowed_namespaces) add_namespace(name);
  text.add(6, "ports:\n  - port: http\n");
  if (plan.subject.grpc_port) text.add(6, "  - port: grpc\n");
  text.add(4, "- from:\n");
  text.mark("who may read metrics");
  add_namespace(plan.monitoring_namespace);
  text.add(6, "ports:\n  - port: {}\n", Scalar::text(plan.subject.metrics_port ? "metrics" : "http"));
  if (plan.fetched.empty()) {
    text.add(2, "egress: []  # it calls nobody\n");
    return text;
  }
  text.add(2, R"(
egress:  # names are looked up, and models fetched
  - ports:
      - port: 53
        protocol: UDP
      - port: 53
        protocol: TCP
)");
  for (const std::uint16_t port : model_ports(plan)) text.add(6, "  - port: {}\n", Scalar::number(port));
  return text;
}

YamlText service_monitor(const DeployPlan& plan) {
  YamlText text;
  add_head(text, plan, "monitoring.coreos.com/v1", "ServiceMonitor", plan.name);
  text.mark("how often metrics are read");
  text.add(0, R"(
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: {}
  endpoints:
    - port: {}
      path: /metrics
      interval: 15s
)",
           Scalar::text(plan.name), Scalar::text(plan.subject.metrics_port ? "metrics" : "http"));
  return text;
}

}  // namespace slipway::ship
