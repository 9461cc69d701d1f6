#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace slipway::protocol::openapi {

/// Adds the paths of the protocol's extensions that concern the whole server: shared memory, logging, tracing. All
/// under `tag`.
void add_extension_paths(boost::json::object& paths, std::string_view tag);

/// What stands at /v2/trace/setting, and at /v2/models/NAME/trace/setting; `prefix` tells their operations apart.
boost::json::object trace_setting(std::string_view tag, const std::string& prefix);

}  // namespace slipway::protocol::openapi
