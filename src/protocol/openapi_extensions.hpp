#pragma once

#include <boost/json.hpp>
#include <string_view>

namespace slipway::protocol::openapi {

/// Adds the paths of the protocol's extensions that concern the whole server: shared memory, logging, tracing. All
/// under `tag`.
void add_extension_paths(boost::json::object& paths, std::string_view tag);

}  // namespace slipway::protocol::openapi
