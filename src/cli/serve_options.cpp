#include "cli/serve_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/logging.hpp"
#include "app/model_loading.hpp"
#include "cli/duration.hpp"
#include "cli/environment.hpp"
#include "cli/model_options.hpp"
#include "cli/port.hpp"
#include "core/printable.hpp"

namespace slipway::cli {

namespace {

/// A port that may also be "none"; `usual` where the option is not given.
core::Result<std::optional<std::uint16_t>> port_or_none(const std::optional<std::string>& given,
                                                        std::optional<std::uint16_t> usual) {
  if (!given) return usual;
  if (*given == "none") return std::nullopt;
  TRY(const std::uint16_t port, port_from(*given));
  return port;
}

/// What is wrong with a value, as CLI11 has it of a check: "" for nothing.
template <class T>
std::string wrong_with(const core::Result<T>& value, const char* more = "") {
  return value ? "" : value.error().message() + more;
}

std::string wrong_with_port(const std::string& text) { return wrong_with(port_from(text), ", 0 for any free one"); }

std::string wrong_with_port_or_none(const std::string& text) {
  return wrong_with(port_or_none(text, {}), ", 0 for any free one, or none");
}

std::string wrong_with_duration(const std::string& text) { return wrong_with(duration_from(text)); }

std::string wrong_with_origin(const std::string& text) {
  if (config::is_origin(text)) return "";
  return fmt::format("\"{}\" given; {}", core::printable(text), config::expected_origin);
}

/// No word of it in the help: the option's own words say what is expected.
CLI::Validator check(std::string (*wrong)(const std::string&)) {
  return {[wrong](std::string& text) { return wrong(text); }, "", ""};
}

void add_flag(CLI::App& command, const char* names, std::optional<bool>& value, const char* help) {
  command
      .add_flag_function(
          names, [&value](std::int64_t times) { value = times > 0; }, help)
      ->check(CLI::IsMember({"true", "false", "on", "off", "yes", "no", "1", "0"}, CLI::ignore_case).name(""));
}

void add_endpoints(CLI::App& command, ServeOptions& options) {
  command.add_option("--host", options.host, "address to listen on; 127.0.0.1 by default");
  command.add_option("--http-port", options.http_port, "port for HTTP, 0 for any free one; 8000 by default")
      ->check(check(wrong_with_port));
  command.add_option("--metrics-port", options.metrics_port, "extra port for /metrics, or none; 8002 by default")
      ->check(check(wrong_with_port_or_none));
  command.add_option("--grpc-port", options.grpc_port, "port for gRPC, 0 for any free one, or none; 8001 by default")
      ->check(check(wrong_with_port_or_none));
  command.add_option("--http-threads", options.http_threads, "threads that read and write; one a core by default")
      ->check(CLI::Range(1, 1024));
  command.add_option("--max-request-bytes", options.max_request_bytes, "largest body taken; 256 MiB by default")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40U).description("from 1 byte to 1 TiB"));
  command.add_option("--server-name", options.server_name,
                     "name that the server's metadata give; slipway by default, triton for clients that insist");
  command
      .add_option("--cors-origin", options.cors_origin,
                  "origin that browsers may call from, as https://example.org, or *")
      ->check(check(wrong_with_origin));
  add_flag(command, "--shared-memory,!--no-shared-memory", options.shared_memory,
           "clients may register shared memory; by default where --host is the loopback");
}

void add_life(CLI::App& command, ServeOptions& options) {
  add_flag(command, "--model-control,!--no-model-control", options.model_control,
           "whether requests may load and unload models; by default where only this machine can ask");
  add_flag(command, "--watch,!--no-watch", options.watch,
           "load new versions and models as they come on disk, and drop those that go; off by default");
  command
      .add_option("--drain-delay", options.drain_delay,
                  "after SIGTERM not ready but still answering for so long, as 5s; 0 by default")
      ->check(check(wrong_with_duration));
  command
      .add_option("--drain-timeout", options.drain_timeout,
                  "from then on, for what was accepted to be answered; 20s by default")
      ->check(check(wrong_with_duration));
  command.add_option("--trace-dir", options.trace_dir, "folder for files of traces; without it there are none");
  command.add_option("--log-format", options.log_format, "text or json");
  command.add_option("--log-level", options.log_level, "trace, debug, info, warning, error or off");
  command.add_flag("--print-config", options.print_config, "write what would be served, and how, as an app file");
}

}  // namespace

void add_serve_options(CLI::App& command, ServeOptions& options) {
  command.add_option("MODEL", options.paths, "model files, folders laid out NAME/VERSION/model.onnx, or one app.yaml")
      ->required();
  add_endpoints(command, options);
  add_life(command, options);
  add_model_options(command, options.model);
  name_variables(command);
}

core::Result<void> check_values(const ServeOptions& options) {
  TRY_VOID(app::log_format_from(options.log_format));
  TRY_VOID(app::check_log_level(options.log_level));
  TRY_VOID(app::plan_from({}, options.model));
  config::ServerSpec server;
  return apply(options, server);
}

core::Result<void> apply(const ServeOptions& options, config::ServerSpec& server) {
  if (options.host) server.host = *options.host;
  if (options.http_port) {
    TRY(server.http_port, port_from(*options.http_port));
  }
  if (options.http_threads) server.http_threads = *options.http_threads;
  if (options.max_request_bytes) server.max_request_bytes = *options.max_request_bytes;
  if (options.model_control) server.model_control = options.model_control;
  if (options.shared_memory) server.shared_memory = options.shared_memory;
  if (options.trace_dir) server.trace_dir = options.trace_dir;
  if (options.server_name) server.server_name = *options.server_name;
  if (options.cors_origin) server.cors_origin = options.cors_origin;
  if (options.watch) server.watch = *options.watch;
  TRY(const auto delay, duration_of_option("--drain-delay", options.drain_delay));
  TRY(const auto timeout, duration_of_option("--drain-timeout", options.drain_timeout));
  server.drain_delay = delay.value_or(server.drain_delay);
  server.drain_timeout = timeout.value_or(server.drain_timeout);
  if (server.drain_timeout.count() == 0) return core::invalid("--drain-timeout 0: at least 1ms expected");
  TRY(server.metrics_port, port_or_none(options.metrics_port, server.metrics_port));
  server.grpc_port_asked = server.grpc_port_asked || options.grpc_port;
  TRY(server.grpc_port, port_or_none(options.grpc_port, server.grpc_port));
  return {};
}

}  // namespace slipway::cli
