#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace slipway::core {

/// The cores this process may use: its CPU affinity, and the quota of its cgroup (v2 `cpu.max`, v1 `cpu.cfs_quota_us`)
/// rounded up. At least 1.
std::uint32_t usable_cpus();

/// The quota alone, in cores: the smallest of the process's cgroup and those above it; 0 when there is none. `root`
/// stands for "/" so that tests can lay out their own.
double cgroup_cpu_quota(const std::filesystem::path& root = "/");

/// The limit of the process's cgroup on memory, in bytes (v2 `memory.max`, v1 `memory.limit_in_bytes`), the smallest on
/// the way up; 0 when there is none.
std::uint64_t cgroup_memory_limit_bytes(const std::filesystem::path& root = "/");

/// What the first processor calls itself ("AMD EPYC"); "unknown" where it does not say.
std::string processor_name(const std::filesystem::path& root = "/");

}  // namespace slipway::core
