#include "ship/kubernetes.hpp"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <map>

#include "ship/test_deploy.hpp"

namespace slipway::ship {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const DeployOptions& options, const DeploySubject& subject = shop()) {
  return kubernetes_file(plan_of(options, subject));
}

/// Objects by their kind, and those of a second Service as "Service-grpc".
std::map<std::string, YAML::Node> objects(const std::string& text) {
  std::map<std::string, YAML::Node> found;
  for (const YAML::Node& node : YAML::LoadAll(text)) {
    const auto kind = node["kind"].as<std::string>();
    const bool is_grpc = node["metadata"]["name"].as<std::string>().ends_with("-grpc");
    found[is_grpc ? kind + "-grpc" : kind] = node;
  }
  return found;
}

YAML::Node pod_of(const std::string& text) { return objects(text).at("Deployment")["spec"]["template"]["spec"]; }

TEST(Kubernetes, EachLineThatMayBeChangedIsNamedAtTheTop) {
  DeployOptions options = asked("kubernetes");
  options.replicas = 7;
  const std::string text = text_of(options);
  std::vector<std::string> lines{""};
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(text.substr(at, end - at));
  const std::map<std::string, std::string> expected{
      {"image", "image: example.org/shop:3"}, {"replicas", "replicas: 7"}, {"cores and memory", "resources:"}};
  for (const auto& [title, has] : expected) {
    const auto line =
        std::ranges::find_if(lines, [&, name = title](const auto& l) { return l.starts_with("#   " + name + " "); });
    ASSERT_NE(line, lines.end()) << title << "\n" << text;
    EXPECT_THAT(lines.at(std::stoul(line->substr(line->rfind(' ')))), HasSubstr(has));
  }
}

TEST(Kubernetes, AnEndIsGivenItsTime) {
  DeployOptions options = asked("kubernetes");
  options.drain_delay = std::chrono::milliseconds(2500);
  const YAML::Node pod = pod_of(text_of(options));
  EXPECT_EQ(pod["terminationGracePeriodSeconds"].as<int>(), 28);
  EXPECT_EQ(pod["containers"][0]["env"][0]["name"].as<std::string>(), "SLIPWAY_DRAIN_DELAY");
  EXPECT_EQ(pod["containers"][0]["env"][0]["value"].as<std::string>(), "2500ms");
}

TEST(Kubernetes, ItRunsWithoutRights) {
  const YAML::Node pod = pod_of(text_of(asked("kubernetes")));
  EXPECT_TRUE(pod["securityContext"]["runAsNonRoot"].as<bool>());
  EXPECT_FALSE(pod["automountServiceAccountToken"].as<bool>());
  EXPECT_FALSE(pod["enableServiceLinks"].as<bool>());
  const YAML::Node security = pod["containers"][0]["securityContext"];
  EXPECT_TRUE(security["readOnlyRootFilesystem"].as<bool>());
  EXPECT_FALSE(security["allowPrivilegeEscalation"].as<bool>());
  EXPECT_EQ(security["capabilities"]["drop"][0].as<std::string>(), "ALL");
}

TEST(Kubernetes, PortsAreThoseOfTheAppFile) {
  DeploySubject subject = shop();
  subject.http_port = 9000;
  subject.grpc_port = std::nullopt;
  subject.metrics_port = std::nullopt;
  DeployOptions options = asked("kubernetes");
  options.service_monitor = true;
  auto found = objects(text_of(options, subject));
  EXPECT_EQ(found.at("Service")["spec"]["ports"].size(), 1U);
  EXPECT_EQ(found.at("Service")["spec"]["ports"][0]["port"].as<int>(), 9000);
  EXPECT_FALSE(found.contains("Service-grpc"));
  EXPECT_EQ(found.at("ServiceMonitor")["spec"]["endpoints"][0]["port"].as<std::string>(), "http");
  EXPECT_EQ(found.at("NetworkPolicy")["spec"]["ingress"][1]["ports"][0]["port"].as<std::string>(), "http");
}

TEST(Kubernetes, TheServerListensWhereItsProbesAsk) {
  DeploySubject subject = shop();
  subject.http_port = 9000;
  subject.metrics_port = std::nullopt;
  const YAML::Node container = pod_of(text_of(asked("kubernetes"), subject))["containers"][0];
  std::map<std::string, std::string> variables;
  for (const auto& variable : container["env"])
    variables[variable["name"].as<std::string>()] = variable["value"].as<std::string>();
  EXPECT_EQ(variables["SLIPWAY_HTTP_PORT"], "9000") << "an image that was packed before says another";
  EXPECT_EQ(variables["SLIPWAY_GRPC_PORT"], "8001");
  EXPECT_EQ(variables["SLIPWAY_METRICS_PORT"], "none");
  EXPECT_EQ(container["ports"][0]["containerPort"].as<int>(), 9000);
}

TEST(Kubernetes, OneReplicaHoldsNoNodeUp) {
  DeployOptions options = asked("kubernetes");
  options.replicas = 1;
  auto found = objects(text_of(options));
  EXPECT_FALSE(found.contains("PodDisruptionBudget"));
  EXPECT_FALSE(pod_of(text_of(options))["topologySpreadConstraints"]);
  EXPECT_TRUE(objects(text_of(asked("kubernetes"))).contains("PodDisruptionBudget"));
}

TEST(Kubernetes, AnAutoscalerIsNotPutBackByTheNextApply) {
  DeployOptions options = asked("kubernetes");
  options.replicas_max = 5;
  auto found = objects(text_of(options));
  EXPECT_FALSE(found.at("Deployment")["spec"]["replicas"]);
  EXPECT_EQ(found.at("HorizontalPodAutoscaler")["spec"]["metrics"][0]["pods"]["metric"]["name"].as<std::string>(),
            "slipway_queue_depth");
  options.autoscaler = "keda";
  options.name_space = "prod";
  found = objects(text_of(options));
  EXPECT_FALSE(found.contains("HorizontalPodAutoscaler"));
  EXPECT_EQ(found.at("ScaledObject")["spec"]["triggers"][0]["metadata"]["query"].as<std::string>(),
            R"(sum(avg_over_time(slipway_queue_depth{service="shop",namespace="prod"}[1m])))");
}

TEST(Kubernetes, GpusAreAskedForAndHeldByTheirOwnMetric) {
  DeployOptions options = asked("kubernetes");
  options.gpus = 2;
  options.replicas_max = 5;
  const std::string text = text_of(options);
  EXPECT_EQ(pod_of(text)["containers"][0]["resources"]["limits"]["nvidia.com/gpu"].as<int>(), 2);
  EXPECT_EQ(
      objects(text).at("HorizontalPodAutoscaler")["spec"]["metrics"][1]["pods"]["metric"]["name"].as<std::string>(),
      "slipway_instances_busy");
}

TEST(Kubernetes, TheAppFileIsAConfigMapAndItsChangeReplacesTheServers) {
  DeploySubject subject = shop_app();
  subject.app_file = "  # a: {}\nmodels: []\n";
  const std::string text = text_of(asked("kubernetes"), subject);
  auto found = objects(text);
  EXPECT_EQ(found.at("ConfigMap")["data"]["app.yaml"].as<std::string>(), subject.app_file);
  const YAML::Node pod = pod_of(text);
  EXPECT_EQ(pod["containers"][0]["volumeMounts"][0]["mountPath"].as<std::string>(), "/app/app.yaml");
  EXPECT_EQ(pod["volumes"][0]["configMap"]["name"].as<std::string>(), "shop-app");
  const auto hash_of = [](const std::string& manifests) {
    return objects(manifests)
        .at("Deployment")["spec"]["template"]["metadata"]["annotations"]["slipway/app-sha256"]
        .as<std::string>();
  };
  DeploySubject other = subject;
  other.app_file += "#\n";
  EXPECT_NE(hash_of(text), hash_of(text_of(asked("kubernetes"), other)));
}

TEST(Kubernetes, ModelsAreFetchedBeforeTheServerStarts) {
  DeployOptions options = asked("kubernetes");
  options.model_urls = {"s3://bucket/a \"b.onnx", "https://example.org:8443/c.onnx"};
  options.model_sha256s = {std::string(64, 'a'), std::string(64, 'b')};
  EXPECT_FALSE(plan_deployment(options, shop()));
  options.model_urls[0] = "s3://bucket/a\"b:{c}.onnx";
  options.model_secret = "store";
  options.model_endpoint = "http://minio:9000";
  const std::string text = text_of(options);
  const YAML::Node pod = pod_of(text);
  const auto arguments = pod["initContainers"][0]["args"].as<std::vector<std::string>>();
  EXPECT_THAT(arguments, ElementsAre(options.model_urls[0], "--to", "/srv/models", "--sha256", std::string(64, 'a')));
  EXPECT_EQ(pod["initContainers"][0]["env"][1]["valueFrom"]["secretKeyRef"]["name"].as<std::string>(), "store");
  EXPECT_EQ(pod["initContainers"].size(), 2U);
  EXPECT_EQ(pod["containers"][0]["args"][0].as<std::string>(), "/srv/models");
  std::vector<int> ports;
  for (const auto& port : objects(text).at("NetworkPolicy")["spec"]["egress"][0]["ports"])
    ports.push_back(port["port"].as<int>());
  EXPECT_THAT(ports, ElementsAre(53, 53, 8443, 9000));
}

TEST(Kubernetes, AVolumeIsReadAlone) {
  DeployOptions options = asked("kubernetes");
  options.model_volume = "models-of-march";
  const YAML::Node pod = pod_of(text_of(options));
  EXPECT_TRUE(pod["volumes"][0]["persistentVolumeClaim"]["readOnly"].as<bool>());
  EXPECT_TRUE(pod["containers"][0]["volumeMounts"][0]["readOnly"].as<bool>());
}

TEST(Kubernetes, NothingFromOutsideBecomesAnythingElse) {
  DeployOptions options = asked("kubernetes");
  options.name = "true";
  options.variables = {"A=\"\n", "B=x"};
  EXPECT_FALSE(plan_deployment(options, shop()));
  options.variables = {"A=\" : {x} #y", "B=no", "C=012", "D="};
  DeploySubject subject = shop();
  subject.models = {"evil\n---\nkind: Secret 1"};
  const std::string text = text_of(options, subject);
  auto found = objects(text);
  EXPECT_FALSE(found.contains("Secret"));
  EXPECT_EQ(found.at("Deployment")["metadata"]["name"].as<std::string>(), "true");
  EXPECT_THAT(text, Not(HasSubstr("name: true\n"))) << "which a cluster would read as no text";
  const YAML::Node env = pod_of(text)["containers"][0]["env"];
  std::vector<std::string> values;
  for (std::size_t i = env.size() - 4; i < env.size(); ++i) values.push_back(env[i]["value"].as<std::string>());
  EXPECT_THAT(values, ElementsAre("\" : {x} #y", "no", "012", ""));
}

}  // namespace
}  // namespace slipway::ship
