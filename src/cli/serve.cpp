#include "cli/serve.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

#include "app/app.hpp"
#include "app/effective_config.hpp"
#include "app/logging.hpp"
#include "app/model_loading.hpp"
#include "cli/end_signal.hpp"
#include "cli/environment.hpp"
#include "cli/exit_code.hpp"
#include "cli/serve_options.hpp"
#include "config/app_yaml_text.hpp"

namespace slipway::cli {

namespace {

int refuse(const core::Error& error) {
  fmt::print(stderr, "slipway serve: {}\n", error.message());
  return exit_code_of(error.code());
}

/// Ends the process when a time is over, whatever still runs, unless it is destroyed before.
class EndLimit {
 public:
  explicit EndLimit(std::chrono::milliseconds limit)
      : thread_([this, limit](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          if (never_.wait_for(lock, stop, limit, [] { return false; }) || stop.stop_requested()) return;
          spdlog::error("what runs is not done {} ms after the end began: it is given up", limit.count());
          spdlog::default_logger()->flush();
          _exit(1);
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any never_;
  std::jthread thread_;  // last: it uses the others
};

/// What the orchestrator's SIGTERM asks for; who presses Ctrl-C has nobody to be sent away.
void drain(app::App& app, const config::ServerSpec& server, int signal) {
  const bool waits = signal == SIGTERM && server.drain_delay.count() > 0;
  const char* why = signal == SIGINT ? "interrupted" : "asked to end";
  app.begin_drain();
  if (waits) {
    spdlog::info("{}: not ready any more, and answering for {} ms", why, server.drain_delay.count());
    std::this_thread::sleep_for(server.drain_delay);
  }
  spdlog::info("{}, finishing what was accepted", waits ? "taking nothing more" : why);
}

/// Everything that there is ends, within the time to drain.
void end(std::unique_ptr<app::App> app, const config::ServerSpec& server) {
  const EndLimit limit(server.drain_timeout);
  const app::Outcomes since = app->finish();
  app.reset();
  spdlog::info("ended: since it was asked to, {} requests finished and {} were refused", since.finished, since.refused);
}

int serve(const ServeOptions& options, const CLI::App& command) {
  const auto format = app::log_format_from(options.log_format);
  if (!format) return refuse(format.error());
  const auto logging = app::set_up_logging(*format, options.log_level);
  if (!logging) return refuse(logging.error());
  for (const std::string& sentence : unknown_variables(command)) spdlog::warn("{}", sentence);

  auto plan = app::plan_from(options.paths, options.model);
  if (!plan) return refuse(plan.error());
  if (const auto applied = apply(options, plan->server); !applied) return refuse(applied.error());
  if (options.print_config) {
    const auto text = app::effective_config(*plan);
    if (!text) return refuse(text.error());
    fmt::print("{}", *text);
    return 0;
  }

  if (plan->models.empty() && !plan->server.watch && !plan->server.model_control.value_or(false))
    return refuse(core::Error(core::Code::invalid_argument,
                              fmt::format("{}: no models are in it, so there is nothing to serve; its \"models\" name "
                                          "them, each with a path",
                                          options.paths.front().string())));

  std::signal(SIGPIPE, SIG_IGN);
  listen_for_end_signals();
  auto app = app::App::start(*plan, **logging);
  if (!app) return refuse(app.error());
  end_signals_wait();  // before anybody can have read that it listens
  fmt::print("{}", (*app)->banner());
  std::fflush(stdout);
  std::clearerr(stdout);  // it serves, whoever can read that
  spdlog::info("configuration: {}", config::server_line(plan->server));
  for (const config::ModelSpec& spec : (*app)->model_specs())
    spdlog::info("configuration of model \"{}\": {}", spec.name, app::model_line(spec));

  drain(**app, plan->server, wait_for_end_signal());
  end(*std::move(app), plan->server);
  return 0;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "serve models over HTTP and gRPC until interrupted");
  add_serve_options(*command, *options);
  command->callback([options, command, &exit_code] { exit_code = serve(*options, *command); });
}

}  // namespace slipway::cli
