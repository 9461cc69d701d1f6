#include "cli/doctor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/cpus.hpp"
#include "runtime/backend_registry.hpp"

namespace slipway::cli {

namespace {

namespace json = boost::json;

struct Processor {
  std::string model;
  std::vector<std::string> features;  ///< those that models run faster with
};

struct BackendState {
  std::string name;
  bool works = false;
  runtime::BackendInfo info;
  std::string problem;
};

struct Findings {
  Processor processor;
  std::uint32_t cores_total = 0;
  std::uint32_t cores_usable = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_limit_bytes = 0;  ///< 0: none
  std::vector<std::string> folders;
  std::vector<BackendState> backends;
  std::vector<std::string> missing;
};

/// The kernel's names of the features, and the ones people use. The last four are ARM's.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> known_features{{{"avx2", "AVX2"},
                                                                                        {"avx512f", "AVX-512"},
                                                                                        {"avx512_vnni", "AVX-512 VNNI"},
                                                                                        {"avx_vnni", "AVX VNNI"},
                                                                                        {"avx512_bf16", "AVX-512 BF16"},
                                                                                        {"amx_tile", "AMX"},
                                                                                        {"f16c", "F16C"},
                                                                                        {"asimd", "NEON"},
                                                                                        {"asimddp", "NEON dot product"},
                                                                                        {"bf16", "NEON BF16"},
                                                                                        {"sve", "SVE"}}};

Processor read_processor() {
  Processor processor;
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line) && !line.empty()) {  // the first processor's paragraph
    const auto colon = line.find(": ");
    if (colon == std::string::npos) continue;
    const std::string key = line.substr(0, line.find_last_not_of("\t ", colon - 1) + 1);
    const std::string value = line.substr(colon + 2);
    if (key == "model name") processor.model = value;
    if (key != "flags" && key != "Features") continue;
    std::istringstream words(value);
    const std::vector<std::string> flags{std::istream_iterator<std::string>(words), {}};
    for (const auto& [flag, name] : known_features) {
      if (std::ranges::find(flags, flag) != flags.end()) processor.features.emplace_back(name);
    }
  }
  if (processor.model.empty()) processor.model = "unknown";
  return processor;
}

std::uint64_t read_memory_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::uint64_t kibibytes = 0;
  file >> key >> kibibytes;
  return key == "MemTotal:" ? kibibytes * 1024 : 0;
}

Findings examine() {
  Findings found;
  found.processor = read_processor();
  found.cores_total = std::thread::hardware_concurrency();
  found.cores_usable = core::usable_cpus();
  found.memory_bytes = read_memory_bytes();
  found.memory_limit_bytes = core::cgroup_memory_limit_bytes();
  const auto folders = runtime::BackendRegistry::default_folders();
  for (const auto& folder : folders) found.folders.push_back(folder.string());
  runtime::BackendRegistry registry(folders);
  for (const std::string& name : registry.names()) {
    const auto backend = registry.get(name);
    BackendState state{name, backend.has_value(), {}, {}};
    if (backend) {
      state.info = (*backend)->info();
    } else {
      state.problem = backend.error().message();
      found.missing.push_back(state.problem);
    }
    found.backends.push_back(std::move(state));
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> usual{
      {{"onnxruntime", "onnxruntime"}, {"openvino", "openvino"}, {"speech", "sherpa-onnx-core"}}};
  for (const auto& [name, package] : usual) {
    if (std::ranges::find(found.backends, name, &BackendState::name) != found.backends.end()) continue;
    found.missing.push_back(
        fmt::format("backend {0}: libslipway_backend_{0}.so is in none of {1}; pip install {2} into .deps/python and "
                    "build again, or name its folder in SLIPWAY_BACKEND_PATH",
                    name, fmt::join(found.folders, ", "), package));
  }
  return found;
}

bool healthy(const Findings& found) {
  return std::ranges::any_of(found.backends, [](const BackendState& b) { return b.works; });
}

json::object backend_json(const BackendState& backend) {
  json::object entry{{"name", backend.name}, {"works", backend.works}};
  if (!backend.works) {
    entry["problem"] = backend.problem;
    return entry;
  }
  entry["library"] = backend.info.library.string();
  entry["runtime"] = backend.info.runtime_name;
  entry["version"] = backend.info.runtime_version;
  entry["runtime_path"] = backend.info.runtime_path;
  json::array devices;
  for (const auto& [name, description] : backend.info.devices) {
    devices.push_back(json::object{{"name", name}, {"description", description}});
  }
  entry["devices"] = std::move(devices);
  entry["formats"] = json::value_from(backend.info.formats);
  return entry;
}

std::string as_json(const Findings& found) {
  json::array backends;
  for (const auto& backend : found.backends) backends.push_back(backend_json(backend));
  const json::object document{
      {"version", SLIPWAY_VERSION},
      {"healthy", healthy(found)},
      {"backends", std::move(backends)},
      {"backend_folders", json::value_from(found.folders)},
      {"cpu", json::object{{"model", found.processor.model}, {"features", json::value_from(found.processor.features)}}},
      {"cores", json::object{{"machine", found.cores_total}, {"usable", found.cores_usable}}},
      {"memory", json::object{{"machine_bytes", found.memory_bytes},
                              {"limit_bytes",
                               found.memory_limit_bytes == 0 ? json::value() : json::value(found.memory_limit_bytes)}}},
      {"missing", json::value_from(found.missing)}};
  return json::serialize(document);
}

void print_text(const Findings& found) {
  constexpr std::uint64_t mebibyte = 1ULL << 20U;
  fmt::print("slipway {}\n\nprocessor  {}\nfeatures   {}\n", SLIPWAY_VERSION, found.processor.model,
             found.processor.features.empty() ? "none that models run faster with"
                                              : fmt::format("{}", fmt::join(found.processor.features, ", ")));
  fmt::print("cores      {} usable of {}\n", found.cores_usable, found.cores_total);
  fmt::print("memory     {} MiB{}\n", found.memory_bytes / mebibyte,
             found.memory_limit_bytes == 0 ? ", no limit"
                                           : fmt::format(", limit {} MiB", found.memory_limit_bytes / mebibyte));
  for (const auto& backend : found.backends) {
    if (!backend.works) {
      fmt::print("\nbackend {}: does not work\n", backend.name);
      continue;
    }
    const auto& info = backend.info;
    fmt::print("\nbackend {}: {} {}\n", backend.name, info.runtime_name, info.runtime_version);
    if (!info.runtime_path.empty()) fmt::print("  runtime  {}\n", info.runtime_path);
    for (const auto& [name, description] : info.devices) fmt::print("  device   {}  {}\n", name, description);
    fmt::print("  formats  {}\n", fmt::join(info.formats, ", "));
  }
  if (!found.missing.empty()) fmt::print("\nmissing:\n");
  for (const auto& sentence : found.missing) fmt::print("  {}\n", sentence);
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  auto wants_json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("doctor", "what this machine has for serving, and what is missing");
  command->add_flag("--json", *wants_json, "as JSON");
  command->callback([wants_json, &exit_code] {
    const Findings found = examine();
    if (*wants_json) {
      fmt::print("{}\n", as_json(found));
    } else {
      print_text(found);
    }
    exit_code = healthy(found) ? 0 : 1;
  });
}

}  // namespace slipway::cli
