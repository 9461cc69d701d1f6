#include "models/blame.hpp"

#include <fmt/format.h>

#include <utility>

namespace slipway::models {

namespace {

/// The key of the value to blame; "" when none is.
std::string culprit(runtime::BackendRegistry& backends, const std::string& backend,
                    const runtime::LoadOptions& options) {
  if (backends.accepts(backend, options)) return "";
  runtime::LoadOptions plain = options;
  plain.device = "cpu";
  plain.options.clear();
  if (!backends.accepts(backend, plain)) return backend == "first" ? "" : "backend";
  runtime::LoadOptions tried = plain;
  tried.device = options.device;
  if (!backends.accepts(backend, tried)) return "device";
  for (const auto& option : options.options) {
    tried = plain;
    tried.options = {option};
    if (!backends.accepts(backend, tried)) return "backend_options." + option.first;
  }
  return "";
}

}  // namespace

core::Error at_its_place(const core::Error& error, runtime::BackendRegistry& backends, const std::string& backend,
                         const runtime::LoadOptions& options, const std::map<std::string, std::string>& places) {
  if (places.empty()) return error;
  const std::string key = culprit(backends, backend == "auto" ? "first" : backend, options);
  const auto place = places.find(key);
  return place == places.end() ? error : error.within(fmt::format("{}: {}", place->second, key));
}

}  // namespace slipway::models
