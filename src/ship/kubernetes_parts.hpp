#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ship/deploy_plan.hpp"
#include "ship/yaml_text.hpp"

namespace slipway::ship {

// What kubernetes.cpp and kserve.cpp put together. Every function gives one object, or a part of one; none fails, since
// the plan was checked.

/// apiVersion, kind and metadata; `name` may differ from the plan's.
void add_head(YamlText& text, const DeployPlan& plan, const char* api_version, const char* kind,
              const std::string& name);

YamlText config_map(const DeployPlan& plan);
YamlText deployment(const DeployPlan& plan);
YamlText http_service(const DeployPlan& plan);
YamlText grpc_service(const DeployPlan& plan);
YamlText disruption_budget(const DeployPlan& plan);
YamlText horizontal_pod_autoscaler(const DeployPlan& plan);
YamlText scaled_object(const DeployPlan& plan);
/// What KEDA asks Prometheus, of this deployment in `name_space` alone, or in any where that is "": a query for each
/// trigger that is one, in their order.
std::vector<std::string> scaling_queries(const DeployPlan& plan, const std::string& name_space);
YamlText network_policy(const DeployPlan& plan);
YamlText service_monitor(const DeployPlan& plan);

// Parts of a container, `indent` deep.
void add_environment(YamlText& text, const DeployPlan& plan, std::size_t indent);
/// One variable in a list of them.
void add_secret_variable(YamlText& text, const DeployPlan::SecretVariable& variable, bool may_lack, std::size_t indent);
/// For a server whose models lie in a folder that is not the image's own.
void add_arguments(YamlText& text, const DeployPlan& plan, std::size_t indent, const char* models);
void add_resources(YamlText& text, const DeployPlan& plan, std::size_t indent);
void add_container_security(YamlText& text, std::size_t indent);
void add_probes(YamlText& text, std::size_t indent);

/// What holds for a pod, `indent` deep: its end, its rights, where it runs.
void add_pod_rules(YamlText& text, const DeployPlan& plan, std::size_t indent);

/// Those that models are fetched from.
std::vector<std::uint16_t> model_ports(const DeployPlan& plan);
/// How many replicas there are at least.
std::uint32_t fewest_replicas(const DeployPlan& plan);
std::string grpc_service_name(const DeployPlan& plan);
std::string config_map_name(const DeployPlan& plan);

}  // namespace slipway::ship
