#pragma once

#include <string>

#include "ship/deploy_plan.hpp"

namespace slipway::ship {

/// A ServingRuntime and an InferenceService of KServe, as one file: how the program is run, and that it shall be.
std::string kserve_file(const DeployPlan& plan);

}  // namespace slipway::ship
