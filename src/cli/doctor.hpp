#pragma once

namespace CLI {
class App;
}

namespace slipway::cli {

/// `slipway doctor [--json]`: what this machine has (backends, devices, processor, limits), what is missing and how to
/// get it. Sets `exit_code` to 0 when at least one backend that runs real models works, else 1.
void add_doctor(CLI::App& app, int& exit_code);

}  // namespace slipway::cli
