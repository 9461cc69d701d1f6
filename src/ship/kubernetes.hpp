#pragma once

#include <string>
#include <vector>

#include "ship/deploy_plan.hpp"
#include "ship/yaml_text.hpp"

namespace slipway::ship {

/// One object of a cluster, and the file that a Kustomize base has it in.
struct Manifest {
  std::string file;  ///< "deployment.yaml"
  std::string what;  ///< "Deployment shop: the servers"
  YamlText text;
};

/// All objects, in the order in which one reads them: what users change most comes first.
std::vector<Manifest> kubernetes_manifests(const DeployPlan& plan);

/// They as one file, with what it has and what may be changed told at its top. The same plan gives the same text.
std::string kubernetes_file(const DeployPlan& plan);

/// The comment above everything: for what it is, and what becomes of it. Each line begins with "#".
std::string about(const DeployPlan& plan, const std::string& used_by);

}  // namespace slipway::ship
