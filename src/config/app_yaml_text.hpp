#pragma once

#include <string>

#include "config/app_spec.hpp"

namespace slipway::config {

/// The app file that says all of this; reading it gives the same again, but for what only a config.pbtxt beside a model
/// can say. The server's every setting is in it, those that follow from others in comments; of a model's what was said.
std::string app_yaml(const AppSpec& app);

/// The server's settings in one line, with those that follow from others: `{host: 127.0.0.1, http_port: 8000, …}`.
std::string server_line(const ServerSpec& server);
/// What is said of a model, in one line.
std::string model_line(const ModelSpec& spec);

}  // namespace slipway::config
