#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/app_spec.hpp"
#include "config/model_spec.hpp"
#include "core/error.hpp"

namespace CLI {
class App;
}

namespace slipway::cli {

/// What the command line and the environment say; only what was given wins over the app file.
struct ServeOptions {
  std::vector<std::filesystem::path> paths;
  config::ModelSpec model;
  std::optional<std::string> host;
  std::optional<std::string> http_port;
  std::optional<std::string> metrics_port;
  std::optional<std::string> grpc_port;
  std::optional<std::uint32_t> http_threads;
  std::optional<std::uint64_t> max_request_bytes;
  std::optional<bool> model_control;
  std::optional<std::string> server_name;
  std::optional<std::string> cors_origin;
  std::optional<bool> shared_memory;
  std::optional<std::filesystem::path> trace_dir;
  std::optional<std::string> drain_delay;
  std::optional<std::string> drain_timeout;
  std::optional<bool> watch;
  std::string log_format = "text";
  std::string log_level = "info";
  bool print_config = false;
};

/// Adds the options to the command, written into `options` when parsed, which must outlive that.
void add_serve_options(CLI::App& command, ServeOptions& options);

/// What is wrong with values that were parsed, as far as it is known before there are models and sockets.
core::Result<void> check_values(const ServeOptions& options);

/// Puts what was given in the place of what the app file says. invalid_argument names the option.
core::Result<void> apply(const ServeOptions& options, config::ServerSpec& server);

}  // namespace slipway::cli
