#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace slipway::ship {

/// Where what is deployed shall run.
enum class Orchestrator { kubernetes, kserve, compose, systemd };
core::Result<Orchestrator> orchestrator_from(const std::string& name);

/// Who adds and removes replicas.
enum class Autoscaler { none, horizontal_pod_autoscaler, keda };

/// What the user says, as texts of the command line; `plan_deployment` checks it.
struct DeployOptions {
  std::string to;
  std::optional<std::string> name;
  std::optional<std::string> name_space;
  std::optional<std::string> image;
  std::optional<std::int64_t> replicas;
  std::optional<std::string> cpu;
  std::optional<std::string> cpu_limit;
  std::optional<std::string> memory;
  std::optional<std::string> memory_limit;
  std::optional<std::int64_t> gpus;
  std::string gpu_resource = "nvidia.com/gpu";
  std::optional<std::int64_t> replicas_min;
  std::optional<std::int64_t> replicas_max;
  std::optional<std::string> autoscaler;
  std::int64_t queue_target = 8;
  std::optional<std::string> prometheus;
  std::optional<std::chrono::milliseconds> drain_delay;
  std::optional<std::chrono::milliseconds> drain_timeout;
  std::vector<std::string> variables;         ///< NAME=VALUE
  std::vector<std::string> secret_variables;  ///< NAME=SECRET/KEY
  std::optional<std::string> image_pull_secret;
  bool service_monitor = false;
  bool network_policy = true;
  std::vector<std::string> allowed_namespaces;
  std::string monitoring_namespace = "monitoring";
  std::optional<std::string> model_volume;
  std::vector<std::string> model_urls;
  std::vector<std::string> model_sha256s;
  std::optional<std::string> model_secret;
  std::optional<std::string> model_endpoint;
  std::optional<std::string> storage_uri;  ///< for kserve
  std::optional<std::string> program;      ///< for systemd; /usr/bin/slipway by default
  bool for_kustomize = false;
};

/// What was found at MODEL, and what is known of it.
struct DeploySubject {
  std::string called;                    ///< the file's or folder's name without its ending
  std::string path;                      ///< as `serve` is given it on this machine, absolute
  std::vector<std::string> read;         ///< files and folders of the models, absolute, wherever they lie
  std::vector<std::string> models;       ///< "digits 1, 2": names with their versions
  std::vector<std::string> model_names;  ///< "digits"
  std::uint16_t http_port = 8000;
  std::optional<std::uint16_t> grpc_port = 8001;
  std::optional<std::uint16_t> metrics_port = 8002;
  std::chrono::milliseconds drain_delay{0};
  std::chrono::milliseconds drain_timeout{20'000};
  bool is_folder = false;
  bool is_app = false;             ///< an app file, rather than a model or a repository
  std::string app_file;            ///< its text
  std::string file_name;           ///< "app.yaml", "shop"
  std::string backend;             ///< that --backend says; "" for none
  std::uint64_t model_bytes = 0;   ///< of all that is loaded
  std::uint32_t cores = 1;         ///< that the models' own settings ask for
  std::uint64_t peak_bytes = 0;    ///< measured; 0: not
  std::vector<std::string> notes;  ///< what the user should know of the models, a sentence each
};

/// A model that an init container fetches.
struct FetchedModel {
  std::string url;
  std::string sha256;
};

/// Everything the manifests are written from; names and values are checked.
struct DeployPlan {
  Orchestrator to = Orchestrator::kubernetes;
  std::string name;
  std::string name_space;  ///< "": the one that kubectl is set to
  std::string image;
  std::uint32_t replicas = 2;
  std::uint64_t cpu_millis = 0;
  std::uint64_t cpu_limit_millis = 0;  ///< 0: none
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_limit_bytes = 0;
  std::uint32_t gpus = 0;
  std::string gpu_resource;
  Autoscaler autoscaler = Autoscaler::none;
  std::uint32_t replicas_min = 0;
  std::uint32_t replicas_max = 0;
  std::uint32_t queue_target = 0;
  std::string prometheus;
  std::chrono::milliseconds drain_delay{0};
  std::chrono::milliseconds drain_timeout{0};
  std::vector<std::pair<std::string, std::string>> variables;
  struct SecretVariable {
    std::string name, secret, key;
  };
  std::vector<SecretVariable> secret_variables;
  std::string image_pull_secret;
  bool service_monitor = false;
  bool network_policy = true;
  std::vector<std::string> allowed_namespaces;
  std::string monitoring_namespace;
  std::string model_volume;
  std::vector<FetchedModel> fetched;
  std::string model_secret;
  std::string model_endpoint;
  std::string storage_uri;
  std::string program;
  bool for_kustomize = false;  ///< which makes the ConfigMap itself
  DeploySubject subject;
  std::vector<std::string> notes;  ///< what the user should know, a sentence each

  /// From asked to end until it must have ended: delay, timeout and what an end itself takes.
  std::chrono::seconds grace() const;
  /// Whether the models are not those of the image.
  bool brings_models() const { return !model_volume.empty() || !fetched.empty() || !storage_uri.empty(); }
};

/// Checks what was asked for and fills in what was not. invalid_argument names the option that is wrong, or the two
/// that do not go together.
core::Result<DeployPlan> plan_deployment(const DeployOptions& options, DeploySubject subject);

/// The variables that say a server's ports, as the objects publish them: those of the image are of the day that it was
/// packed.
std::array<std::pair<std::string, std::string>, 3> port_variables(const DeploySubject& subject);

/// "5s", "500ms"
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace slipway::ship
