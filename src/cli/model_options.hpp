#pragma once

#include "config/model_spec.hpp"

namespace CLI {
class App;
}

namespace slipway::cli {

/// Adds the options that say how a model is run (--backend, --instances, …), written into `spec` when parsed. `spec`
/// must outlive the parsing.
void add_model_options(CLI::App& command, config::ModelSpec& spec);

}  // namespace slipway::cli
