#include "cli/serve.hpp"

#include <fmt/format.h>
#include <semaphore.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/app.hpp"
#include "app/logging.hpp"
#include "app/model_loading.hpp"
#include "cli/model_options.hpp"

namespace slipway::cli {

namespace {

/// What the command line says; only what was given wins over the app file.
struct Arguments {
  std::vector<std::filesystem::path> paths;
  config::ModelSpec model;
  std::optional<std::string> host;
  std::optional<std::uint16_t> http_port;
  std::optional<std::string> metrics_port;
  std::optional<std::string> grpc_port;
  std::optional<std::uint32_t> http_threads;
  std::optional<std::uint64_t> max_request_bytes;
  std::optional<bool> model_control;
  std::optional<std::string> server_name;
  std::optional<std::string> cors_origin;
  std::optional<bool> shared_memory;
  std::optional<std::filesystem::path> trace_dir;
  std::string log_format = "text";
  std::string log_level = "info";
};

/// A port that may also be "none"; `usual` where the option is not given.
core::Result<std::optional<std::uint16_t>> port_from(const char* option, const std::optional<std::string>& given,
                                                     std::optional<std::uint16_t> usual) {
  if (!given) return usual;
  if (*given == "none") return std::nullopt;
  std::uint16_t port = 0;
  if (CLI::detail::lexical_cast(*given, port)) return port;
  return core::fail(core::Code::invalid_argument,
                    fmt::format("{} {}: a port from 0 to 65535 or none expected", option, *given));
}

core::Result<void> apply(const Arguments& arguments, config::ServerSpec& server) {
  if (arguments.host) server.host = *arguments.host;
  if (arguments.http_port) server.http_port = *arguments.http_port;
  if (arguments.http_threads) server.http_threads = *arguments.http_threads;
  if (arguments.max_request_bytes) server.max_request_bytes = *arguments.max_request_bytes;
  if (arguments.model_control) server.model_control = arguments.model_control;
  if (arguments.shared_memory) server.shared_memory = arguments.shared_memory;
  if (arguments.trace_dir) server.trace_dir = arguments.trace_dir;
  if (arguments.server_name) server.server_name = *arguments.server_name;
  if (arguments.cors_origin) server.cors_origin = arguments.cors_origin;
  TRY(server.metrics_port, port_from("--metrics-port", arguments.metrics_port, server.metrics_port));
  if (server.cors_origin && !config::is_header_value(*server.cors_origin))
    return core::fail(core::Code::invalid_argument, "--cors-origin: one origin expected, as https://example.org, or *");
  server.grpc_port_asked = server.grpc_port_asked || arguments.grpc_port;
  TRY(server.grpc_port, port_from("--grpc-port", arguments.grpc_port, server.grpc_port));
  return {};
}

/// 2 for what the user gave, 1 for what the machine refused.
int exit_code_of(core::Code code) { return code == core::Code::unavailable || code == core::Code::internal ? 1 : 2; }

int refuse(const core::Error& error) {
  fmt::print(stderr, "slipway serve: {}\n", error.message());
  return exit_code_of(error.code());
}

// What a signal handler may touch. SIGINT and SIGTERM end the process at once while models are loaded, and a second one
// does at any time; in between they are waited for.
std::atomic<bool> serving = false;
std::atomic<int> end_signal = 0;
sem_t end_asked;

void on_end_signal(int signal) {
  if (!serving.load()) _exit(128 + signal);
  end_signal.store(signal);
  sem_post(&end_asked);
}

void listen_for_end() {
  sem_init(&end_asked, 0, 0);
  struct sigaction action {};
  action.sa_handler = on_end_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int wait_for_end() {
  while (sem_wait(&end_asked) != 0) {
  }
  return end_signal.load();
}

int serve(const Arguments& arguments) {
  const auto format = app::log_format_from(arguments.log_format);
  if (!format) return refuse(format.error());
  const auto logging = app::set_up_logging(*format, arguments.log_level);
  if (!logging) return refuse(logging.error());

  auto plan = app::plan_from(arguments.paths, arguments.model);
  if (!plan) return refuse(plan.error());
  if (const auto applied = apply(arguments, plan->server); !applied) return refuse(applied.error());

  std::signal(SIGPIPE, SIG_IGN);
  listen_for_end();
  auto app = app::App::start(*plan, **logging);
  if (!app) return refuse(app.error());
  serving.store(true);  // before anybody can have read that it listens
  fmt::print("{}", (*app)->banner());
  std::fflush(stdout);

  const int signal = wait_for_end();
  spdlog::info("{}, finishing what was accepted", signal == SIGINT ? "interrupted" : "asked to end");
  app->reset();
  return 0;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("serve", "serve models over HTTP until interrupted");
  command
      ->add_option("MODEL", arguments->paths, "model files, folders laid out NAME/VERSION/model.onnx, or one app.yaml")
      ->required();
  command->add_option("--host", arguments->host, "address to listen on; 127.0.0.1 by default")->envname("SLIPWAY_HOST");
  command->add_option("--http-port", arguments->http_port, "port for HTTP, 0 for any free one; 8000 by default")
      ->envname("SLIPWAY_HTTP_PORT");
  command->add_option("--metrics-port", arguments->metrics_port, "extra port for /metrics, or none; 8002 by default")
      ->envname("SLIPWAY_METRICS_PORT");
  command
      ->add_option("--grpc-port", arguments->grpc_port, "port for gRPC, 0 for any free one, or none; 8001 by default")
      ->envname("SLIPWAY_GRPC_PORT");
  command->add_option("--http-threads", arguments->http_threads, "threads that read and write; one a core by default")
      ->check(CLI::Range(1, 1024));
  command->add_option("--max-request-bytes", arguments->max_request_bytes, "largest body taken; 256 MiB by default")
      ->transform(CLI::AsSizeValue(false));
  command
      ->add_flag_function(
          "--model-control,!--no-model-control",
          [arguments](std::int64_t times) { arguments->model_control = times > 0; },
          "whether requests may load and unload models; by default where only this machine can ask")
      ->envname("SLIPWAY_MODEL_CONTROL");
  command
      ->add_option("--server-name", arguments->server_name,
                   "name that the server's metadata give; slipway by default, triton for clients that insist")
      ->envname("SLIPWAY_SERVER_NAME");
  command->add_option("--cors-origin", arguments->cors_origin, "origin that browsers may call from, or *");
  command->add_flag_function(
      "--shared-memory,!--no-shared-memory", [arguments](std::int64_t count) { arguments->shared_memory = count > 0; },
      "clients may register shared memory; by default where --host is the loopback");
  command->add_option("--trace-dir", arguments->trace_dir, "folder for files of traces; without it there are none");
  command->add_option("--log-format", arguments->log_format, "text or json")->envname("SLIPWAY_LOG_FORMAT");
  command->add_option("--log-level", arguments->log_level, "trace, debug, info, warning, error or off")
      ->envname("SLIPWAY_LOG_LEVEL");
  add_model_options(*command, arguments->model);
  command->callback([arguments, &exit_code] { exit_code = serve(*arguments); });
}

}  // namespace slipway::cli
