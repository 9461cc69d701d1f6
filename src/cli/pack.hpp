#pragma once

namespace CLI {
class App;
}

namespace slipway::cli {

/// `slipway pack`: models and this program to a container image.
void add_pack(CLI::App& app, int& exit_code);

}  // namespace slipway::cli
