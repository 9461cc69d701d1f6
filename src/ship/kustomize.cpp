#include "ship/kustomize.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <optional>

#include "config/text_file.hpp"
#include "ship/kubernetes.hpp"
#include "ship/kubernetes_parts.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

constexpr const char* app_key = "app.yaml";
/// All that a base may have.
constexpr std::array base_names{"deployment.yaml",
                                "service.yaml",
                                "service-grpc.yaml",
                                "poddisruptionbudget.yaml",
                                "horizontalpodautoscaler.yaml",
                                "scaledobject.yaml",
                                "networkpolicy.yaml",
                                "servicemonitor.yaml",
                                "kustomization.yaml",
                                app_key};

/// What an overlay says in its own way.
struct Environment {
  const char* name;
  bool is_small;  ///< one replica, or at most two
};

YamlText kustomization(const std::string& comment) {
  YamlText text;
  text.add(0, "{}\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
           Scalar::comment("# " + comment));
  return text;
}

std::string base(const DeployPlan& plan, const std::vector<Manifest>& manifests) {
  YamlText text =
      kustomization("What is the same everywhere. slipway deploy writes it anew; what differs is said in overlays/.");
  text.add(0, "resources:\n");
  for (const Manifest& manifest : manifests)
    text.add(2, "- {}  # {}\n", Scalar::text(manifest.file), Scalar::comment(manifest.what));
  if (plan.subject.is_app)
    text.add(0, R"(
configMapGenerator:  # its name gets a hash, so that servers are replaced when the file changes
  - name: {}
    files:
      - {}
)",
             Scalar::text(config_map_name(plan)), Scalar::text(app_key));
  return text.text();
}

void add_image(YamlText& text, const DeployPlan& plan) {
  const std::size_t at = plan.image.find('@');
  const std::string tagged = plan.image.substr(0, at);
  const std::size_t colon = tagged.find(':', tagged.rfind('/') + 1);
  text.add(0, "images:\n  - name: {}\n", Scalar::text(tagged.substr(0, colon)));
  if (at != std::string::npos) {
    text.add(4, "digest: {}\n", Scalar::text(plan.image.substr(at + 1)));
  } else {
    text.add(4, "newTag: {}\n", Scalar::quoted(colon == std::string::npos ? "latest" : tagged.substr(colon + 1)));
  }
}

/// Kustomize knows no list of a ScaledObject by its names, so what is changed is said by its place.
void add_queries(YamlText& text, const DeployPlan& plan, const std::string& name_space) {
  text.add(2, R"(
# the namespace above once more: Prometheus knows the servers of all environments
- target:
    kind: ScaledObject
    name: {}
  patch: |-
)",
           Scalar::text(plan.name));
  const std::vector<std::string> queries = scaling_queries(plan, name_space);
  for (std::size_t i = 0; i < queries.size(); ++i)
    text.add(6, R"(
- op: replace
  path: /spec/triggers/{}/metadata/query
  value: {}
)",
             Scalar::number(i), Scalar::text(queries[i]));
}

std::string overlay(const DeployPlan& plan, const Environment& environment) {
  const std::string name_space = fmt::format("{}-{}", plan.name, environment.name);
  YamlText text = kustomization(fmt::format("{}: kubectl apply -k overlays/{}", plan.name, environment.name));
  text.add(0, R"(
namespace: {}
resources:
  - ../../base
)",
           Scalar::text(name_space));
  add_image(text, plan);
  if (plan.autoscaler == Autoscaler::none) {
    text.add(0, R"(
replicas:
  - name: {}
    count: {}
)",
             Scalar::text(plan.name), Scalar::number(environment.is_small ? 1 : plan.replicas));
  }
  text.add(0, R"(
labels:
  - pairs:
      environment: {}
    includeTemplates: true
patches:
  - path: deployment.yaml
)",
           Scalar::text(environment.name));
  if (plan.autoscaler == Autoscaler::none) return text.text();
  const bool is_keda = plan.autoscaler == Autoscaler::keda;
  text.add(2, R"(
- patch: |-
    apiVersion: {}
    kind: {}
    metadata:
      name: {}
    spec:
      {}: {}
      {}: {}
)",
           Scalar::text(is_keda ? "keda.sh/v1alpha1" : "autoscaling/v2"),
           Scalar::text(is_keda ? "ScaledObject" : "HorizontalPodAutoscaler"), Scalar::text(plan.name),
           Scalar::text(is_keda ? "minReplicaCount" : "minReplicas"),
           Scalar::number(environment.is_small ? 1 : plan.replicas_min),
           Scalar::text(is_keda ? "maxReplicaCount" : "maxReplicas"),
           Scalar::number(environment.is_small ? std::min(plan.replicas_max, 2U) : plan.replicas_max));
  if (is_keda) add_queries(text, plan, name_space);
  return text.text();
}

/// Merged into the base's Deployment.
std::string deployment_patch(const DeployPlan& plan, bool with_log_level) {
  YamlText text;
  text.add(0, R"(
# Merged into the base: resources and settings of this environment. More variables may be added to env.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {}
spec:
  template:
    spec:
      containers:
        - name: slipway
)",
           Scalar::text(plan.name));
  add_resources(text, plan, 10);
  if (with_log_level)
    text.add(10, R"(
env:
  - name: SLIPWAY_LOG_LEVEL
    value: info
)");
  return text.text();
}

/// The first image that a kustomization changes: its name, and what makes it which one, as "newTag" and "3".
struct ChangedImage {
  std::string name;
  std::string key;
  std::string value;

  std::string text() const { return name + (key == "digest" ? "@" : ":") + value; }
};

/// Nothing where the text is none that is understood: it is the user's.
std::optional<ChangedImage> changed_image(const std::string& text, const std::string& name = "") {
  try {
    const YAML::Node images = YAML::Load(text)["images"];
    for (const auto& image : images) {
      const auto called = image["name"].as<std::string>("");
      if (!name.empty() && called != name) continue;
      const char* key = image["digest"] ? "digest" : "newTag";
      if (!image[key]) return std::nullopt;
      return ChangedImage{image["newName"].as<std::string>(called), key, image[key].as<std::string>("")};
    }
  } catch (const YAML::Exception&) {
    return std::nullopt;
  }
  return std::nullopt;
}

KeptFile kept_file(const KustomizeFile& file, const fs::path& there) {
  KeptFile kept{.name = file.name, .image = "", .change = ""};
  const auto asked = changed_image(file.text);
  const auto text = config::read_text_file(there);
  if (!asked || !text) return kept;
  const auto has = changed_image(*text, asked->name);
  if (!has || (has->key == asked->key && has->value == asked->value)) return kept;
  kept.image = has->text();
  kept.change = has->key == asked->key ? fmt::format("{} to {}", asked->key, asked->value)
                                       : fmt::format("{} to {}: {}", has->key, asked->key, asked->value);
  return kept;
}

}  // namespace

std::vector<KustomizeFile> kustomize_files(const DeployPlan& plan) {
  std::vector<KustomizeFile> files;
  const std::vector<Manifest> manifests = kubernetes_manifests(plan);
  files.push_back({"base/kustomization.yaml", base(plan, manifests)});
  for (const Manifest& manifest : manifests) files.push_back({"base/" + manifest.file, manifest.text.text()});
  if (plan.subject.is_app) files.push_back({fmt::format("base/{}", app_key), plan.subject.app_file});
  const bool sets_log_level = std::ranges::find(plan.variables, "SLIPWAY_LOG_LEVEL",
                                                &std::pair<std::string, std::string>::first) != plan.variables.end();
  for (const Environment& environment : {Environment{"staging", true}, Environment{"production", false}}) {
    const std::string folder = fmt::format("overlays/{}/", environment.name);
    files.push_back({folder + "kustomization.yaml", overlay(plan, environment), true});
    files.push_back({folder + "deployment.yaml", deployment_patch(plan, !sets_log_level), true});
  }
  return files;
}

core::Result<std::vector<KeptFile>> write_kustomize(const fs::path& folder, const std::vector<KustomizeFile>& files) {
  std::vector<KeptFile> kept;
  std::error_code failure;
  for (const char* name : base_names) fs::remove(folder / "base" / name, failure);
  for (const KustomizeFile& file : files) {
    if (file.is_users && fs::exists(folder / file.name, failure)) {
      kept.push_back(kept_file(file, folder / file.name));
      continue;
    }
    const fs::path to = folder / file.name;
    fs::create_directories(to.parent_path(), failure);
    TRY_VOID(config::write_text_file(to, file.text));
  }
  return kept;
}

}  // namespace slipway::ship
