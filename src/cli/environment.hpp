#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace CLI {
class App;
}

namespace slipway::cli {

/// Lets an environment variable stand for each option of the command that has a long name: SLIPWAY_HTTP_PORT for
/// --http-port. What is on the command line wins.
void name_variables(CLI::App& command);

/// Undoes that: no variable stands for an option of the command.
void forget_variables(CLI::App& command);

/// After a command line could not be parsed for `what`: the variable that its wrong value came from, and what may have
/// set it, as a sentence. "" where it came from none.
std::string blame_variables(const CLI::App& command, const std::string& what);

/// Whether `slipway serve` knows a variable of the program's own, and takes such a value of it; nothing where the value
/// is not known here. Variables of others are taken.
core::Result<void> check_variable(const std::string& name, const std::optional<std::string>& value);

/// Variables that begin like the program's own and are none of them, most likely misspelt; a sentence each.
std::vector<std::string> unknown_variables(const CLI::App& command);

}  // namespace slipway::cli
