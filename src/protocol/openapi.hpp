#pragma once

#include <string>
#include <vector>

#include "models/model_version.hpp"
#include "protocol/openapi_service.hpp"

namespace slipway::protocol {

/// The OpenAPI 3.1 document of everything served now: the V2 endpoints, and each service's friendly door with its own
/// input names, shapes and types and an example that runs. JSON.
std::string openapi_document(const std::vector<models::Handle>& services);

/// The same from descriptions.
std::string openapi_document(const std::vector<openapi::Service>& services);

}  // namespace slipway::protocol
