#include "metrics/process.hpp"

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

namespace slipway::metrics {

namespace {

prometheus::MetricFamily family(std::string name, std::string help, prometheus::MetricType type, double value) {
  prometheus::MetricFamily made;
  made.name = std::move(name);
  made.help = std::move(help);
  made.type = type;
  prometheus::ClientMetric& metric = made.metric.emplace_back();
  if (type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return made;
}

/// The fields of /proc/self/stat that are told; clock ticks and pages made into seconds and bytes.
struct ProcessStat {
  double cpu_seconds = 0;
  double start_seconds_since_boot = 0;
  double resident_bytes = 0;
};

std::optional<ProcessStat> read_stat() {
  std::ifstream in("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto name_end = text.rfind(')');  // the program's name may hold spaces and brackets
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  double start = 0;
  double pages = 0;
  fields >> user >> system;  // fields 14 and 15
  for (int field = 16; field < 22; ++field) fields >> skipped;
  fields >> start >> skipped >> pages;  // fields 22 and 24
  if (!fields) return std::nullopt;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  return ProcessStat{(user + system) / ticks, start / ticks, pages * page};
}

/// When the machine started, in seconds since 1970.
double boot_seconds() {
  std::ifstream in("/proc/stat");
  std::string key;
  while (in >> key) {
    double value = 0;
    if (key == "btime" && in >> value) return value;
    std::getline(in, key);
  }
  return 0;
}

double open_fds() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  double count = 0;
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) ++count;
  return count > 0 ? count - 1 : 0;  // without the one that reads the folder
}

}  // namespace

std::vector<prometheus::MetricFamily> Process::Collect() const {
  using prometheus::MetricType;
  std::vector<prometheus::MetricFamily> families;
  families.push_back(family("slipway_build_info", "Which Slipway this is; always 1", MetricType::Gauge, 1));
  families.back().metric.front().label.push_back({"version", SLIPWAY_VERSION});
  if (const auto stat = read_stat()) {
    static const double boot = boot_seconds();
    families.push_back(family("process_cpu_seconds_total", "Processor time used by user and system, in seconds",
                              MetricType::Counter, stat->cpu_seconds));
    families.push_back(
        family("process_resident_memory_bytes", "Resident memory, in bytes", MetricType::Gauge, stat->resident_bytes));
    families.push_back(family("process_start_time_seconds", "When the process started, in seconds since 1970",
                              MetricType::Gauge, boot + stat->start_seconds_since_boot));
  }
  families.push_back(family("process_open_fds", "Open file descriptors", MetricType::Gauge, open_fds()));
  return families;
}

}  // namespace slipway::metrics
