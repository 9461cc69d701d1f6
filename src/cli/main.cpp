#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "cli/bench.hpp"
#include "cli/deploy.hpp"
#include "cli/doctor.hpp"
#include "cli/environment.hpp"
#include "cli/fetch.hpp"
#include "cli/health.hpp"
#include "cli/infer.hpp"
#include "cli/inspect.hpp"
#include "cli/pack.hpp"
#include "cli/serve.hpp"

namespace {

/// What was printed must have arrived: who reads a file of it later would take what is missing for all there is.
int with_output_checked(int exit_code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  const std::string why = errno == 0 ? "" : ": " + std::generic_category().message(errno);
  fmt::print(stderr, "slipway: what it printed could not be written to standard output{}\n", why);
  return exit_code == 0 ? 1 : exit_code;
}

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
    slipway::cli::add_pack(app, exit_code);
    slipway::cli::add_fetch(app, exit_code);
    slipway::cli::add_deploy(app, exit_code);
    slipway::cli::add_health(app, exit_code);
    slipway::cli::add_doctor(app, exit_code);
    if (const auto wrong = unknown_command(app, argc, argv)) {
      fmt::print(stderr, "slipway: {}\n", *wrong);
      return 2;
    }
    // CLI11 reads the variables of every command, whichever is meant
    for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
      if (argc < 2 || command->get_name() != argv[1]) slipway::cli::forget_variables(*command);
    }
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      // help and version are "errors" with code 0; every other wrong command line ends with 2
      if (app.exit(error) == 0) return with_output_checked(0);
      for (const CLI::App* command : app.get_subcommands()) {
        if (const std::string blame = slipway::cli::blame_variables(*command, error.what()); !blame.empty())
          fmt::print(stderr, "slipway {}: {}\n", command->get_name(), blame);
      }
      return 2;
    }
    return with_output_checked(exit_code);
  } catch (const std::exception& error) {
    fmt::print(stderr, "slipway: {}\n", error.what());
    return 1;
  }
}
