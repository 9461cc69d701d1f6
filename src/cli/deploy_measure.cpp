#include "cli/deploy_measure.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <utility>

#include "cli/bench_target.hpp"
#include "measure/bench_report.hpp"
#include "measure/load_run.hpp"

namespace slipway::cli {

namespace {

using namespace std::chrono_literals;

constexpr double microseconds_a_second = 1e6;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / microseconds_a_second;
}

rusage usage() {
  rusage now{};
  getrusage(RUSAGE_SELF, &now);
  return now;
}

double cpu_seconds() {
  const rusage now = usage();
  return seconds_of(now.ru_utime) + seconds_of(now.ru_stime);
}

std::uint64_t peak_bytes() { return static_cast<std::uint64_t>(usage().ru_maxrss) * 1024; }

/// Closed loops that keep every core busy.
core::Result<std::string> ask_for_a_while(const TargetOptions& options, std::uint32_t cores) {
  TRY(const auto door, open_door(options));
  TRY(const Target target, target_behind(*door, options));
  const measure::RunOptions run{
      .threads = 1, .warm_up = 300ms, .window = 500ms, .limits = {.tolerance = 0.1, .most = 4}};
  const double cpu_before = cpu_seconds();
  const core::TimePoint begun = core::now();
  TRY(const measure::Point point,
      measure::run_load(*target.transport, {.clients = 2 * cores}, run, [](const measure::Progress&) { return true; }));
  const double cores_used = (cpu_seconds() - cpu_before) / core::seconds(core::now() - begun);
  const double rate = point.result.throughput();
  if (rate <= 0) return core::invalid(point.error_example.empty() ? "no answer came" : point.error_example);
  const auto cost = std::chrono::duration_cast<core::Duration>(std::chrono::duration<double>(cores_used / rate));
  return fmt::format("{} requests a second, each {} ms of one core at most", measure::grouped(rate),
                     measure::milliseconds(cost));
}

}  // namespace

core::Result<std::vector<std::string>> measure_subject(const std::filesystem::path& path, config::ModelSpec over,
                                                       std::uint32_t cores, ship::DeploySubject& subject) {
  if (!over.backend) over.backend = "first";
  if (!over.instances) over.instances = cores;
  std::vector<std::string> seen;
  for (const std::string& name : subject.model_names) {
    const TargetOptions options{
        .target = path.string(), .protocol = "http", .model = name, .input_file = "", .sizes = {}, .spec = over};
    const auto figures = ask_for_a_while(options, cores);
    seen.push_back(fmt::format(
        "model \"{}\": {}", name,
        figures ? *figures : "could not be asked, so its requests' memory is not known: " + figures.error().message()));
  }
  subject.peak_bytes = peak_bytes();
  return seen;
}

}  // namespace slipway::cli
