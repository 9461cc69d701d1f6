#include "cli/bench.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/logging.hpp"
#include "app/model_loading.hpp"
#include "cli/bench_target.hpp"
#include "cli/duration.hpp"
#include "cli/model_options.hpp"
#include "cli/output_check.hpp"
#include "cli/progress_bar.hpp"
#include "cli/sweep.hpp"
#include "config/text_file.hpp"
#include "core/cpus.hpp"
#include "measure/bench_report.hpp"
#include "measure/html_report.hpp"
#include "measure/load_run.hpp"
#include "models/repository.hpp"

namespace slipway::cli {

namespace {

constexpr std::uint32_t most_clients = 10'000;
constexpr std::uint32_t usual_open_clients = 64;

struct BenchArguments {
  TargetOptions target;
  std::string concurrency;
  std::string rate;
  bool poisson = false;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> warm_up;
  std::optional<std::string> window;
  std::uint32_t windows_most = 10;
  double stability_percent = 10;
  std::optional<std::uint32_t> threads;
  bool json = false;
  std::string html;
};

std::atomic<bool> interrupted = false;

/// The first Ctrl-C, or request to end, ends with what was measured, a second one at once.
void listen_for_interrupt() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted.store(true); };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// The loads to put on, one after another.
core::Result<std::vector<measure::Load>> loads_from(const BenchArguments& arguments) {
  std::vector<measure::Load> loads;
  if (arguments.seed && !arguments.poisson)
    return core::invalid("--seed: --poisson expected beside it; nothing else is left to chance");
  if (arguments.rate.empty()) {
    if (arguments.poisson) return core::invalid("--poisson: a rate expected, as --rate 100");
    TRY(const auto clients,
        parse_counts("--concurrency", arguments.concurrency.empty() ? "1" : arguments.concurrency, most_clients));
    loads.reserve(clients.size());
    for (const std::uint32_t count : clients) loads.push_back({.loop = measure::Loop::closed, .clients = count});
    return loads;
  }
  TRY(const auto rates, parse_sweep("--rate", arguments.rate));
  std::uint32_t clients = usual_open_clients;
  if (!arguments.concurrency.empty()) {
    TRY(const auto counts, parse_counts("--concurrency", arguments.concurrency, most_clients));
    if (counts.size() != 1)
      return core::invalid("--concurrency: one number beside --rate expected, the most requests under way at once");
    clients = counts.front();
  }
  loads.reserve(rates.size());
  for (const double rate : rates) {
    if (rate < 0.01 || rate > 1e7)
      return core::invalid(fmt::format("--rate: {} given, 0.01 to 10000000 a second expected", rate));
    loads.push_back({.loop = arguments.poisson ? measure::Loop::poisson : measure::Loop::constant,
                     .clients = clients,
                     .rate = rate,
                     .seed = arguments.seed.value_or(1)});
  }
  return loads;
}

core::Result<measure::RunOptions> options_from(const BenchArguments& arguments) {
  constexpr std::chrono::milliseconds usual_time = std::chrono::seconds(1);
  TRY(const auto warm_up, duration_of_option("--warm-up", arguments.warm_up));
  TRY(const auto window, duration_of_option("--window", arguments.window));
  if (window && *window < std::chrono::milliseconds(10))
    return core::invalid(fmt::format("--window: \"{}\" given; 10ms or more expected", *arguments.window));
  if (!std::isfinite(arguments.stability_percent))
    return core::invalid(fmt::format("--stability: {} given, 0 to 1000 expected", arguments.stability_percent));
  return measure::RunOptions{
      .warm_up = warm_up.value_or(usual_time),
      .window = window.value_or(usual_time),
      .limits = {.tolerance = arguments.stability_percent / 100, .most = arguments.windows_most}};
}

/// Half of the cores are the server's. In the process a quick model runs on the thread that sends: there the threads
/// stand for the server's own.
std::uint32_t usual_threads(std::string_view protocol) {
  return protocol == "in-process" ? core::usable_cpus() : std::max(1U, core::usable_cpus() / 2);
}

std::string progress_text(const measure::Load& load, const measure::Progress& progress, std::uint32_t windows_most) {
  if (progress.window == 0) return fmt::format("{}: warming up", measure::describe(load));
  std::string text = fmt::format("{}: window {} of at most {}", measure::describe(load), progress.window, windows_most);
  if (progress.last == nullptr) return text;
  return fmt::format("{}, {}/s, p99 {} ms", text, measure::grouped(progress.last->throughput()),
                     measure::milliseconds(progress.last->tally.latency, progress.last->tally.latency.percentile(99)));
}

core::Result<measure::BenchResult> measure_all(const Target& target, const std::vector<measure::Load>& loads,
                                               const measure::RunOptions& options) {
  measure::BenchResult result{.subject = target.subject, .options = options, .points = {}, .not_run = {}};
  ProgressBar bar;
  for (const measure::Load& load : loads) {
    const auto watch = [&](const measure::Progress& progress) {
      const double windows = progress.window == 0 ? 0 : progress.window - 1 + progress.window_part;
      const double of_load = windows / options.limits.most;
      bar.show((static_cast<double>(result.points.size()) + of_load) / static_cast<double>(loads.size()),
               progress_text(load, progress, options.limits.most));
      return !interrupted.load();
    };
    auto point = measure::run_load(*target.transport, load, options, watch);
    // one that could not be reached for the second load leaves the first one's figures
    if (!point && result.points.empty()) return std::unexpected(point.error());
    if (!point) {
      result.points.emplace_back();
      result.points.back().load = load;
      result.points.back().gone = point.error().message();
      break;
    }
    result.points.push_back(*std::move(point));
    if (interrupted.load() || !result.points.back().gone.empty()) break;
  }
  result.not_run.assign(loads.begin() + std::ssize(result.points), loads.end());
  return result;
}

core::Result<void> write_html(const std::string& file, const measure::BenchResult& result) {
  const auto written = config::write_text_file(file, measure::bench_html(result));
  if (written) return {};
  return std::unexpected(written.error().within("--html"));
}

/// A target that is no file is an address.
core::Result<void> check_html(const BenchArguments& arguments) {
  std::error_code failure;
  std::vector<std::filesystem::path> read;
  if (const std::filesystem::path target = arguments.target.target; std::filesystem::exists(target, failure)) {
    TRY(const app::Plan planned, app::plan_from({target}, arguments.target.spec));
    std::vector<models::Source> sources;
    for (const config::AppModel& model : planned.models) {
      auto found = models::find_models(model.path, model.spec);
      if (found) std::ranges::move(found->sources, std::back_inserter(sources));
    }
    read = files_read(sources);
    if (app::is_app_file(target)) read.push_back(target);
  }
  if (!arguments.target.input_file.empty()) read.emplace_back(arguments.target.input_file);
  return check_not_read("--html", arguments.html, read);
}

core::Result<int> bench(const CLI::App& command, const BenchArguments& arguments) {
  TRY_VOID(app::set_up_logging(app::LogFormat::text, "warning"));
  if (is_address(arguments.target.target)) TRY_VOID(check_no_model_options(command, arguments.target.target));
  TRY(const auto loads, loads_from(arguments));
  TRY(auto options, options_from(arguments));
  if (!arguments.html.empty()) TRY_VOID(check_html(arguments));
  TRY(const auto door, open_door(arguments.target));
  TRY(const Target target, target_behind(*door, arguments.target));
  // a file that cannot be written is told before the time is spent
  if (!arguments.html.empty() && !std::ofstream(arguments.html, std::ios::app))
    return core::invalid(fmt::format("--html {}: cannot be written", arguments.html));
  options.threads = arguments.threads.value_or(usual_threads(target.subject.protocol));
  listen_for_interrupt();
  TRY(const auto result, measure_all(target, loads, options));
  fmt::print("{}{}", arguments.json ? measure::bench_json(result) : measure::bench_table(result),
             arguments.json ? "\n" : "");
  std::fflush(stdout);
  if (!arguments.html.empty()) TRY_VOID(write_html(arguments.html, result));
  return result.failed() ? 1 : 0;
}

void add_load_options(CLI::App& command, BenchArguments& arguments) {
  const std::string group = "Load";
  command
      .add_option(
          "--concurrency,-c", arguments.concurrency,
          "clients, each with one request under way: 8, or a sweep 1,8,32 or 1:32:*2; 1 by default, 64 with --rate")
      ->group(group);
  command
      .add_option("--rate", arguments.rate,
                  "requests a second, however the server fares (an open loop): 100, or a sweep as above")
      ->group(group);
  command.add_flag("--poisson", arguments.poisson, "with --rate: as a Poisson process, not evenly spaced")
      ->group(group);
  command.add_option("--seed", arguments.seed, "with --poisson: of the process; 1 by default")->group(group);
  command
      .add_option("--load-threads", arguments.threads,
                  "threads that make the load; half of the cores by default, all in-process")
      ->check(CLI::Range(1, 1024))
      ->group(group);
  command.add_option("--warm-up", arguments.warm_up, "how long before the first window, as 5s or 500ms; 1s by default")
      ->group(group);
  command.add_option("--window", arguments.window, "how long one window is; 1s by default")->group(group);
  command.add_option("--max-windows", arguments.windows_most, "windows to wait for three that agree; 10 by default")
      ->check(CLI::Range(1, 100'000))
      ->group(group);
  command
      .add_option("--stability", arguments.stability_percent,
                  "per cent by which throughput and p99 of three windows may differ from their mean; 10 by default")
      ->check(CLI::Range(0.0, 1000.0))
      ->group(group);
}

}  // namespace

void add_bench(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App* command = app.add_subcommand("bench", "load on a running service or a model, and what it takes");
  TargetOptions& target = arguments->target;
  command
      ->add_option("URL|MODEL", target.target,
                   "http://HOST:PORT[/v2/models/NAME], grpc://HOST:PORT[/NAME], or a model's file or folder")
      ->required();
  command
      ->add_option("--protocol", target.protocol,
                   "http (binary tensors), http-json, grpc, or in-process; what fits the target by default")
      ->check(CLI::IsMember({"http", "http-json", "grpc", "in-process"}));
  command->add_flag("--shared-memory", target.shared_memory,
                    "inputs and outputs in shared memory with a server on this machine; http and grpc");
  command->add_option("--model", target.model, "which model, where there are several");
  command->add_option("--shape", target.sizes.shapes, "NAME:DIM,DIM,… of an input with dynamic dimensions");
  command
      ->add_option("--batch", target.sizes.rows,
                   "rows of a request, where the first dimension is dynamic; 1 by default")
      ->check(CLI::Range(1, 65536));
  command->add_option("--input", target.input_file, "a .json or .npy file to send; made values by default");
  command->add_flag("--json", arguments->json, "as JSON");
  command->add_option("--html", arguments->html, "also write a report with plots to this file");
  add_load_options(*command, *arguments);
  add_model_options(*command, target.spec);
  command->callback([command, arguments, &exit_code] {
    const auto done = bench(*command, *arguments);
    if (!done) fmt::print(stderr, "slipway bench: {}\n", done.error().message());
    exit_code = done.value_or(2);
  });
}

}  // namespace slipway::cli
