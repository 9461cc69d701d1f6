#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/model_spec.hpp"
#include "core/error.hpp"
#include "ship/deploy_plan.hpp"

namespace slipway::cli {

/// Serves what is at `path` in this process as a server with so many cores would, asks each of the subject's models
/// over HTTP for some seconds with made inputs, and writes the most memory that it took into the subject. Gives what it
/// saw, a sentence each, those of models that cannot be asked among them. What a request costs includes asking, so that
/// it is less in truth. An error when nothing can be served.
core::Result<std::vector<std::string>> measure_subject(const std::filesystem::path& path, config::ModelSpec over,
                                                       std::uint32_t cores, ship::DeploySubject& subject);

}  // namespace slipway::cli
