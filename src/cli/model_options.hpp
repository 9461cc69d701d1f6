#pragma once

#include <string_view>

#include "config/model_spec.hpp"
#include "core/error.hpp"

namespace CLI {
class App;
}

namespace slipway::cli {

/// Adds the options that say how a model is run (--backend, --instances, …), written into `spec` when parsed. `spec`
/// must outlive the parsing.
void add_model_options(CLI::App& command, config::ModelSpec& spec);

/// Refuses these options beside the address of a server, whose models run as it was told. What the environment says is
/// for every command, and passed over.
core::Result<void> check_no_model_options(const CLI::App& command, std::string_view address);

}  // namespace slipway::cli
