#include "runtime/backend_registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "core/own_program.hpp"
#include "core/readable.hpp"

namespace slipway::runtime {

namespace fs = std::filesystem;
using core::Code;

namespace {

constexpr std::string_view prefix = "libslipway_backend_";
constexpr std::string_view suffix = ".so";

int order_of(const std::string& name) { return name == "onnxruntime" ? 0 : name == "openvino" ? 1 : 2; }

/// Whether a failure lies in the file, so that no other backend can do better. With options, it may be that those are
/// another backend's.
bool is_final(Code code, const LoadOptions& options) {
  return (code == Code::invalid_argument || code == Code::not_found) && options.options.empty();
}

}  // namespace

BackendRegistry::BackendRegistry(const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) {
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder, failure)) {
      const std::string file = entry.path().filename().string();
      if (!file.starts_with(prefix) || !file.ends_with(suffix) || file.size() == prefix.size() + suffix.size())
        continue;
      const std::string name = file.substr(prefix.size(), file.size() - prefix.size() - suffix.size());
      if (const auto [at, added] = entries_.try_emplace(name); added) at->second.library = entry.path();
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
  const fs::path program = core::own_program().parent_path();
  folders.push_back(program / "lib/slipway/backends");
  folders.push_back(program.parent_path() / "lib/slipway/backends");
  return folders;
}

std::vector<std::string> BackendRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) {
    if (name != "fake") names.push_back(name);
  }
  std::ranges::stable_sort(names, {}, order_of);
  return names;
}

core::Result<std::shared_ptr<Backend>> BackendRegistry::get(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    const auto there = names();
    return core::fail(Code::not_found,
                      fmt::format("no backend \"{}\"; {}", name,
                                  there.empty() ? "none is installed, `slipway doctor` says where they are looked for"
                                                : fmt::format("there are: {}", fmt::join(there, ", "))));
  }
  Entry& entry = found->second;
  std::call_once(entry.once, [&] {
    entry.opened = Backend::open(entry.library);
    if (*entry.opened && (**entry.opened)->name() != name) {
      entry.opened = core::fail(Code::failed_precondition,
                                fmt::format("backend {}: calls itself \"{}\", which its file's name must say",
                                            entry.library.string(), (**entry.opened)->name()));
    }
  });
  return *entry.opened;
}

core::Result<std::shared_ptr<Model>> BackendRegistry::load(const std::string& backend, const LoadOptions& options) {
  if (const auto fine = core::check_readable(options.path); !fine)
    return std::unexpected(fine.error().within(options.path.string()));
  auto model = backend == "first" ? load_with_first(options) : load_with(backend, options);
  if (!model) return std::unexpected(model.error().within(options.path.string()));
  return model;
}

core::Result<std::shared_ptr<Model>> BackendRegistry::load_with(const std::string& backend,
                                                                const LoadOptions& options) {
  TRY(const auto chosen, get(backend));
  return chosen->load(options);
}

bool BackendRegistry::accepts(const std::string& backend, const LoadOptions& options) {
  const auto asked = backend == "first" ? candidates(options) : std::vector{backend};
  return std::ranges::any_of(asked, [&](const std::string& name) {
    const auto opened = get(name);
    return opened && (*opened)->can_load(options);
  });
}

std::vector<std::string> BackendRegistry::candidates(const LoadOptions& options) const {
  const bool is_of_one = options.format == "fake" || options.format == "speech";
  return is_of_one ? std::vector{options.format} : names();
}

core::Result<std::shared_ptr<Model>> BackendRegistry::load_with_first(const LoadOptions& options) {
  std::vector<std::string> refusals;  // of backends for which the file is not
  std::vector<std::string> failures;  // of those that should have managed
  Code code = Code::unimplemented;
  for (const std::string& name : candidates(options)) {
    const auto opened = get(name);
    if (!opened) {
      if (code == Code::unimplemented) code = opened.error().code();
      failures.push_back(opened.error().message());
      continue;
    }
    if (const auto can = (*opened)->can_load(options); !can) {
      refusals.push_back(fmt::format("{}: {}", name, can.error().message()));
      continue;
    }
    auto model = (*opened)->load(options);
    if (model) {
      for (const std::string& failure : failures)
        spdlog::warn("{} is run by {}: {}", options.path.string(), name, failure);
      return model;
    }
    if (failures.empty() && is_final(model.error().code(), options)) return model;
    if (code == Code::unimplemented) code = model.error().code();
    failures.push_back(fmt::format("{}: {}", name, model.error().message()));
  }
  std::vector<std::string>& reasons = failures.empty() ? refusals : failures;
  if (reasons.empty()) reasons.emplace_back("none is installed; `slipway doctor` says where they are looked for");
  return core::fail(code, fmt::format("no backend can run it: {}", fmt::join(reasons, "; ")));
}

}  // namespace slipway::runtime
