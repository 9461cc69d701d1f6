#include "core/cpus.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace slipway::core {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  return line;
}

std::optional<double> number(const std::string& text) {
  try {
    return std::stod(text);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

/// The folders of this process's cgroup and of those above it, up to the controller's mount.
std::vector<fs::path> cgroup_folders(const fs::path& root, const std::string& controller, const fs::path& mount) {
  std::vector<fs::path> folders;
  std::ifstream in(root / "proc/self/cgroup");
  std::string line;
  while (std::getline(in, line)) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string names = fmt::format(",{},", line.substr(first + 1, second - first - 1));
    if (names.find(fmt::format(",{},", controller)) == std::string::npos) continue;
    fs::path below = fs::path(line.substr(second + 1)).relative_path();
    for (; !below.empty(); below = below.parent_path()) folders.push_back(mount / below);
  }
  folders.push_back(mount);  // in a container the process's own group is mounted there
  return folders;
}

/// Version 2 is mounted alone, or beside version 1, which then has the controllers that it does not.
std::vector<fs::path> unified_folders(const fs::path& root) {
  auto folders = cgroup_folders(root, "", root / "sys/fs/cgroup");
  auto beside = cgroup_folders(root, "", root / "sys/fs/cgroup/unified");
  std::ranges::move(beside, std::back_inserter(folders));
  return folders;
}

}  // namespace

double cgroup_cpu_quota(const fs::path& root) {
  double least = 0;
  const auto take = [&least](double cores) {
    if (cores > 0 && (least == 0 || cores < least)) least = cores;
  };
  for (const fs::path& folder : unified_folders(root)) {
    const auto line = first_line(folder / "cpu.max");
    if (!line) continue;
    const auto space = line->find(' ');
    const auto quota = number(*line);
    const auto period = space == std::string::npos ? std::nullopt : number(line->substr(space));
    if (quota && period && *period > 0) take(*quota / *period);
  }
  for (const fs::path& mount : {root / "sys/fs/cgroup/cpu", root / "sys/fs/cgroup/cpu,cpuacct"}) {
    for (const fs::path& folder : cgroup_folders(root, "cpu", mount)) {
      const auto quota_line = first_line(folder / "cpu.cfs_quota_us");
      const auto period_line = first_line(folder / "cpu.cfs_period_us");
      if (!quota_line || !period_line) continue;
      const auto quota = number(*quota_line);
      const auto period = number(*period_line);
      if (quota && period && *quota > 0 && *period > 0) take(*quota / *period);
    }
  }
  return least;
}

std::uint64_t cgroup_memory_limit_bytes(const fs::path& root) {
  std::uint64_t least = 0;
  const auto take = [&least](const fs::path& file) {
    const auto line = first_line(file);
    const auto bytes = line ? number(*line) : std::nullopt;
    // v1 writes "no limit" as a number near 2^63
    if (!bytes || *bytes <= 0 || *bytes >= std::ldexp(1.0, 62)) return;
    const auto limit = static_cast<std::uint64_t>(*bytes);
    if (least == 0 || limit < least) least = limit;
  };
  for (const fs::path& folder : unified_folders(root)) take(folder / "memory.max");
  for (const fs::path& folder : cgroup_folders(root, "memory", root / "sys/fs/cgroup/memory"))
    take(folder / "memory.limit_in_bytes");
  return least;
}

std::uint32_t usable_cpus() {
  std::uint32_t cpus = std::max(1U, std::thread::hardware_concurrency());
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) cpus = std::max(1U, static_cast<std::uint32_t>(CPU_COUNT(&set)));
  const double quota = cgroup_cpu_quota();
  if (quota > 0) cpus = std::min(cpus, std::max(1U, static_cast<std::uint32_t>(std::ceil(quota))));
  return cpus;
}

std::string processor_name(const fs::path& root) {
  std::ifstream in(root / "proc/cpuinfo");
  std::string line;
  while (std::getline(in, line) && !line.empty()) {  // the first processor's paragraph
    if (const auto colon = line.find(": "); line.starts_with("model name") && colon != std::string::npos)
      return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace slipway::core
