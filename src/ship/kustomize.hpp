#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "ship/deploy_plan.hpp"

namespace slipway::ship {

/// One file of a Kustomize folder.
struct KustomizeFile {
  std::string name;       ///< "base/deployment.yaml"
  std::string text;       ///< what is in it
  bool is_users = false;  ///< of an overlay, which belongs to the user once it is there
};

/// A base with every object, and overlays for staging and production with what differs: namespace, image, replicas,
/// resources, settings. The same plan, whose `for_kustomize` is set, gives the same files.
std::vector<KustomizeFile> kustomize_files(const DeployPlan& plan);

/// A file of the user's that was left as it is; an overlay that deploys another image than the one now asked for says
/// so.
struct KeptFile {
  std::string name;    ///< "overlays/staging/kustomization.yaml"
  std::string image;   ///< "shop:1", where it is another
  std::string change;  ///< "newTag to 2", which would make it the same
};

/// Writes them below `folder`, which is made if need be. The base is written anew, without what an earlier one had; an
/// overlay that is there is left as it is, and told. unavailable when something cannot be written.
core::Result<std::vector<KeptFile>> write_kustomize(const std::filesystem::path& folder,
                                                    const std::vector<KustomizeFile>& files);

}  // namespace slipway::ship
