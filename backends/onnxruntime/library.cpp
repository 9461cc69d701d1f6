#include "library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnxruntime_cxx_api.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace slipway::onnxruntime {

namespace fs = std::filesystem;

namespace {

/// The functions asked for are those of this release or any newer one.
constexpr std::uint32_t api_version = 21;

/// Files in `folder` that are the library itself, not one of its providers.
void add_from(std::vector<fs::path>& candidates, const fs::path& folder) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (entry.path().filename().string().starts_with("libonnxruntime.so")) candidates.push_back(entry.path());
  }
}

/// `lib/python3.*/SITE/onnxruntime/capi` below a folder.
void add_from_python(std::vector<fs::path>& candidates, const fs::path& prefix) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(prefix / "lib", failure)) {
    if (!entry.path().filename().string().starts_with("python3")) continue;
    for (const char* site : {"site-packages", "dist-packages"})
      add_from(candidates, entry.path() / site / "onnxruntime/capi");
  }
}

std::vector<fs::path> candidates_for(const std::string& backend_dir) {
  std::vector<fs::path> candidates;
  if (const char* told = std::getenv("SLIPWAY_ONNXRUNTIME"); told != nullptr && *told != '\0') {
    if (fs::is_directory(told)) {
      add_from(candidates, told);
    } else {
      candidates.emplace_back(told);
    }
    return candidates;  // what was asked for, or an error
  }
  add_from(candidates, fs::path(backend_dir) / "../onnxruntime");
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const char* prefix = std::getenv(variable); prefix != nullptr) add_from_python(candidates, prefix);
  }
  if (const char* home = std::getenv("HOME"); home != nullptr) add_from_python(candidates, fs::path(home) / ".local");
  add_from_python(candidates, "/usr/local");
  add_from_python(candidates, "/usr");
  candidates.emplace_back("libonnxruntime.so.1");
  return candidates;
}

}  // namespace

Library load_library(const std::string& backend_dir) {
  setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  std::vector<std::string> tried;
  for (const fs::path& candidate : candidates_for(backend_dir)) {
    void* handle = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      tried.emplace_back(dlerror());
      continue;
    }
    const auto entry = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(handle, "OrtGetApiBase"));
    if (entry == nullptr) {
      tried.push_back(fmt::format("{}: is not ONNX Runtime", candidate.string()));
      continue;
    }
    const OrtApi* api = entry()->GetApi(api_version);
    if (api == nullptr) {
      tried.push_back(fmt::format("{}: version {} is older than 1.{}", candidate.string(), entry()->GetVersionString(),
                                  api_version));
      continue;
    }
    Ort::InitApi(api);
    return {candidate.string(), entry()->GetVersionString()};
  }
  throw std::runtime_error(fmt::format(
      "ONNX Runtime was not found ({}); `pip install onnxruntime`, or name the library in SLIPWAY_ONNXRUNTIME",
      tried.empty() ? "no file of its name where it is looked for" : fmt::format("{}", fmt::join(tried, "; "))));
}

}  // namespace slipway::onnxruntime
