#pragma once

#include <boost/json.hpp>
#include <string_view>

namespace slipway::protocol::openapi {

inline constexpr std::string_view speech_tag = "speech";

/// Adds what a server with a speech model has besides: Watson's and OpenAI's addresses.
void add_speech_paths(boost::json::object& paths);

}  // namespace slipway::protocol::openapi
