#pragma once

#include <string>

#include "ship/deploy_plan.hpp"

namespace slipway::ship {

/// A service of systemd for an installed program, which may do no more than it needs to.
std::string systemd_unit(const DeployPlan& plan);

}  // namespace slipway::ship
