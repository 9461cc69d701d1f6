#pragma once

#include <boost/json.hpp>
#include <string>

#include "protocol/openapi_service.hpp"

namespace slipway::protocol::openapi {

/// The operation of a service's /v2/models/NAME/generate, or of its …/generate_stream.
boost::json::object generate(const Service& service, std::string id, bool stream);

}  // namespace slipway::protocol::openapi
