#pragma once

namespace CLI {
class App;
}

namespace slipway::cli {

/// `slipway health`: 0 when a server's models are ready, 1 otherwise. For containers, which have no curl.
void add_health(CLI::App& app, int& exit_code);

}  // namespace slipway::cli
