#pragma once

namespace CLI {
class App;
}

namespace slipway::cli {

/// `slipway infer MODEL|URL INPUT`: one answer, as JSON on stdout. Sets `exit_code` to 0, 2 when model, address or
/// input is wrong, 1 when the model or the service failed.
void add_infer(CLI::App& app, int& exit_code);

}  // namespace slipway::cli
