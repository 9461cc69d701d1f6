#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <exception>

#include "cli/doctor.hpp"
#include "cli/infer.hpp"
#include "cli/inspect.hpp"
#include "cli/serve.hpp"

int main(int argc, char** argv) {
  try {
    CLI::App app("Slipway makes a trained model a service.", "slipway");
    app.set_version_flag("--version", "slipway " SLIPWAY_VERSION);
    app.require_subcommand(1);
    int exit_code = 0;
    slipway::cli::add_serve(app, exit_code);
    slipway::cli::add_inspect(app, exit_code);
    slipway::cli::add_infer(app, exit_code);
    slipway::cli::add_doctor(app, exit_code);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      // help and version are "errors" with code 0; every other wrong command line ends with 2
      return app.exit(error) == 0 ? 0 : 2;
    }
    return exit_code;
  } catch (const std::exception& error) {
    fmt::print(stderr, "slipway: {}\n", error.what());
    return 1;
  }
}
