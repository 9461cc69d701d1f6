#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "cli/bench.hpp"
#include "cli/doctor.hpp"
#include "cli/infer.hpp"
#include "cli/inspect.hpp"
#include "cli/serve.hpp"

namespace {

/// CLI11 says of a command that it does not know only that one is required.
std::optional<std::string> unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == argv[1]) return std::nullopt;
    names.push_back(command->get_name());
  }
  return fmt::format("no command \"{}\"; there are: {}", argv[1], fmt::join(names, ", "));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    CLI::App app("Slipway makes a trained model a service.", "slipway");
    app.set_version_flag("--version", "slipway " SLIPWAY_VERSION);
    app.require_subcommand(1);
    int exit_code = 0;
    slipway::cli::add_serve(app, exit_code);
    slipway::cli::add_inspect(app, exit_code);
    slipway::cli::add_infer(app, exit_code);
    slipway::cli::add_bench(app, exit_code);
    slipway::cli::add_doctor(app, exit_code);
    if (const auto wrong = unknown_command(app, argc, argv)) {
      fmt::print(stderr, "slipway: {}\n", *wrong);
      return 2;
    }
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
