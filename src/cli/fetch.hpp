#pragma once

namespace CLI {
class App;
}

namespace slipway::cli {

/// `slipway fetch`: models from HTTP(S) or S3 addresses to a folder. What an init container runs.
void add_fetch(CLI::App& app, int& exit_code);

}  // namespace slipway::cli
