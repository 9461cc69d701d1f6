#pragma once

#include "core/error.hpp"
#include "ship/deploy_plan.hpp"

namespace slipway::ship {

// What plan_deployment puts together: each checks one group of options, and writes it into the plan, whose subject is
// there.

core::Result<void> set_replicas(const DeployOptions& options, DeployPlan& plan);
core::Result<void> set_resources(const DeployOptions& options, DeployPlan& plan);
core::Result<void> set_variables(const DeployOptions& options, DeployPlan& plan);
/// Where the models come from, if not from the image.
core::Result<void> set_models(const DeployOptions& options, DeployPlan& plan);

}  // namespace slipway::ship
