#pragma once

namespace CLI {
class App;
}

namespace slipway::cli {

/// `slipway deploy MODEL|REPOSITORY|APP.yaml --to kubernetes|kserve|compose|systemd`: what an orchestration is told.
void add_deploy(CLI::App& app, int& exit_code);

}  // namespace slipway::cli
