#pragma once

namespace CLI {
class App;
}

namespace slipway::cli {

/// `slipway inspect MODEL [--json]`: what a model's file says of itself, and which installed backends can run it and
/// why not. Sets `exit_code` to 0, or 2 when it is no model.
void add_inspect(CLI::App& app, int& exit_code);

}  // namespace slipway::cli
