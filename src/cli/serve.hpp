#pragma once

namespace CLI {
class App;
}

namespace slipway::cli {

/// `slipway serve MODEL… | DIR | APP.yaml`: serves until SIGINT or SIGTERM. Sets `exit_code` to 0 after a signal, 2
/// when a model, a file or an option is wrong, 1 when the address cannot be listened on.
void add_serve(CLI::App& app, int& exit_code);

}  // namespace slipway::cli
