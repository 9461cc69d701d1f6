#pragma once

#include <string>

#include "app/model_loading.hpp"
#include "core/error.hpp"

namespace slipway::app {

/// What `serve` would do with a plan, as an app file: every setting of the server, and each model that is found with
/// all that files and the command line say of it. Serving that file does the same. What was found and cannot be served
/// is told in comments. Looks at the files of models and loads none.
core::Result<std::string> effective_config(const Plan& plan);

/// How one model is run, in a line: its model.yaml, with what is meant where it says nothing.
std::string model_line(const config::ModelSpec& spec);

}  // namespace slipway::app
