#pragma once

#include <string>

#include "ship/deploy_plan.hpp"

namespace slipway::ship {

/// A file for `docker compose` and `podman-compose` (the Compose Specification): one server on one host.
std::string compose_file(const DeployPlan& plan);

}  // namespace slipway::ship
