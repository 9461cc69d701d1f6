#pragma once

namespace CLI {
class App;
}

namespace slipway::cli {

/// Adds `slipway bench URL|MODEL`. Exit codes: 0, 1 when requests failed, 2 for what the user gave and for a server
/// that cannot be reached.
void add_bench(CLI::App& app, int& exit_code);

}  // namespace slipway::cli
