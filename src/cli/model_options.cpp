#include "cli/model_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "config/limits.hpp"

namespace slipway::cli {

namespace {

constexpr const char* model_group = "How models run";

}  // namespace

void add_model_options(CLI::App& command, config::ModelSpec& spec) {
  command.add_option("--name", spec.name, "serve the model under this name (one model only)")->group(model_group);
  command
      .add_option("--backend", spec.backend,
                  "auto, first, onnxruntime, openvino, …; auto, the default, measures which is the fastest here")
      ->envname("SLIPWAY_BACKEND")
      ->group(model_group);
  command.add_option("--device", spec.device, "where instances run; cpu by default")->group(model_group);
  command.add_option("--instances", spec.instances, "instances of each model; one a core by default")
      ->check(CLI::Range(std::int64_t{1}, config::most_instances))
      ->envname("SLIPWAY_INSTANCES")
      ->group(model_group);
  command.add_option("--threads", spec.threads, "threads that compute in each instance; 1 by default")
      ->check(CLI::Range(std::int64_t{1}, config::most_threads))
      ->envname("SLIPWAY_THREADS")
      ->group(model_group);
  command.add_option("--max-batch-size", spec.max_batch_size, "most rows run together; 0 never batches")
      ->check(CLI::Range(std::int64_t{0}, config::most_batch_rows))
      ->group(model_group);
  command
      .add_option_function<std::int64_t>(
          "--max-delay-us", [&spec](std::int64_t value) { spec.max_delay = std::chrono::microseconds(value); },
          "how long the first request of a batch waits for others; 0 by default")
      ->check(CLI::Range(std::int64_t{0}, config::most_delay_us))
      ->group(model_group);
  command.add_option("--queue-limit", spec.queue_limit, "requests of one model that may wait; 1024 by default")
      ->check(CLI::Range(std::int64_t{1}, config::most_queued))
      ->group(model_group);
  command
      .add_option_function<std::int64_t>(
          "--timeout-ms", [&spec](std::int64_t value) { spec.timeout = std::chrono::milliseconds(value); },
          "how long after it was received a request may begin to run; no limit by default")
      ->check(CLI::Range(std::int64_t{1}, config::most_timeout_ms))
      ->group(model_group);
}

core::Result<void> check_no_model_options(const CLI::App& command, std::string_view address) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_group() != model_group || option->count() == 0) continue;
    const char* variable = option->get_envname().empty() ? nullptr : std::getenv(option->get_envname().c_str());
    if (variable != nullptr && option->results() == std::vector<std::string>{variable}) continue;
    return core::invalid(fmt::format(
        "{}: a model's file or folder expected beside it; {} is a server, which says itself how its models run",
        option->get_name(), address));
  }
  return {};
}

}  // namespace slipway::cli
