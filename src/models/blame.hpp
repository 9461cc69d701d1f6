#pragma once

#include <map>
#include <string>

#include "core/error.hpp"
#include "runtime/backend_registry.hpp"

namespace slipway::models {

/// The error of a load, with the place of the YAML value that is to blame before it: of a backend that is not there or
/// takes no such files, a device or an option that none of the backends in question knows. Which, is found by asking
/// them without it. As it is where none of those is to blame, or the value has no place (config::ModelSpec::places).
core::Error at_its_place(const core::Error& error, runtime::BackendRegistry& backends, const std::string& backend,
                         const runtime::LoadOptions& options, const std::map<std::string, std::string>& places);

}  // namespace slipway::models
