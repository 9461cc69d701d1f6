#include "runtime/backend_registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "runtime/model.hpp"

namespace slipway::runtime {

namespace fs = std::filesystem;
using core::Code;

namespace {

constexpr std::string_view prefix = "libslipway_backend_";
constexpr std::string_view suffix = ".so";

int order_of(const std::string& name) { return name == "onnxruntime" ? 0 : name == "openvino" ? 1 : 2; }

}  // namespace

BackendRegistry::BackendRegistry(std::vector<fs::path> folders) : folders_(std::move(folders)) {
  for (const fs::path& folder : folders_) {
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder, failure)) {
      const std::string file = entry.path().filename().string();
      if (!file.starts_with(prefix) || !file.ends_with(suffix)) continue;
      libraries_.emplace(file.substr(prefix.size(), file.size() - prefix.size() - suffix.size()), entry.path());
    }
  }
}

std::vector<fs::path> BackendRegistry::default_folders() {
  std::vector<fs::path> folders;
  if (const char* path = std::getenv("SLIPWAY_BACKEND_PATH"); path != nullptr) {
    std::string_view rest(path);
    while (!rest.empty()) {
      const auto colon = std::min(rest.find(':'), rest.size());
      if (colon != 0) folders.emplace_back(rest.substr(0, colon));
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
  }
  std::error_code failure;
  const fs::path program = fs::read_symlink("/proc/self/exe", failure).parent_path();
  folders.push_back(program / "lib/slipway/backends");
  folders.push_back(program.parent_path() / "lib/slipway/backends");
  return folders;
}

std::vector<std::string> BackendRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, library] : libraries_) {
    if (name != "fake") names.push_back(name);
  }
  std::ranges::stable_sort(names, {}, order_of);
  return names;
}

core::Result<std::shared_ptr<Backend>> BackendRegistry::get(const std::string& name) {
  const auto found = libraries_.find(name);
  if (found == libraries_.end()) {
    return core::fail(Code::not_found, fmt::format("no backend \"{}\"; there are: {}", name,
                                                   libraries_.empty() ? "none" : fmt::format("{}", fmt::join(names(), ", "))));
  }
  const std::scoped_lock lock(mutex_);
  auto at = opened_.find(name);
  if (at == opened_.end()) at = opened_.emplace(name, Backend::open(found->second)).first;
  return at->second;
}

core::Result<std::shared_ptr<Model>> BackendRegistry::load(const std::string& backend, const LoadOptions& options) {
  if (backend != "auto") {
    TRY(const auto chosen, get(backend));
    return chosen->load(options);
  }
  std::vector<std::string> candidates = names();
  if (options.format == "fake") candidates = {"fake"};
  std::vector<std::string> reasons;
  Code code = Code::unimplemented;
  for (const std::string& name : candidates) {
    const auto opened = get(name);
    if (!opened) {
      reasons.push_back(opened.error().message());
      continue;
    }
    auto can = (*opened)->can_load(options);
    if (!can) {
      reasons.push_back(fmt::format("{}: {}", name, can.error().message()));
      continue;
    }
    auto model = (*opened)->load(options);
    if (model) return model;
    if (model.error().code() != Code::unimplemented) code = model.error().code();
    reasons.push_back(fmt::format("{}: {}", name, model.error().message()));
  }
  if (reasons.empty()) reasons.emplace_back("no backend is installed; `slipway doctor` says where they are looked for");
  return core::fail(code, fmt::format("{}: no backend can run it: {}", options.path.string(), fmt::join(reasons, "; ")));
}

}  // namespace slipway::runtime
