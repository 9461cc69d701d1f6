#include "cli/deploy_subject.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/output_check.hpp"
#include "config/text_file.hpp"
#include "measure/model_report.hpp"
#include "models/model_version.hpp"
#include "runtime/backend_registry.hpp"
#include "runtime/model_format.hpp"
#include "ship/model_files.hpp"
#include "ship/needs.hpp"

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

/// Whether a model asks for a device that no backend in question has here, which would take it on the CPU.
bool lacks_device(const models::Source& source, runtime::BackendRegistry& backends) {
  const models::RunSettings settings = models::settings_of(source.spec);
  runtime::LoadOptions options{.path = source.path,
                               .format = runtime::detect_format(source.path),
                               .device = settings.device,
                               .options = source.spec.backend_options};
  const std::string backend = settings.backend == "auto" ? "first" : settings.backend;
  if (options.device == "cpu" || backends.accepts(backend, options)) return false;
  options.device = "cpu";
  return backends.accepts(backend, options);
}

/// "digits 1, 2": each model with its versions, by name.
std::vector<std::string> names_of(const std::vector<models::Source>& sources) {
  std::map<std::string, std::vector<std::string>> versions;
  for (const models::Source& source : sources) versions[source.spec.name].push_back(source.version);
  std::vector<std::string> names;
  for (auto& [name, numbers] : versions) {
    std::ranges::sort(numbers,
                      [](const auto& a, const auto& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
    names.push_back(fmt::format("{} {}", name, fmt::join(numbers, ", ")));
  }
  return names;
}

}  // namespace

core::Result<ship::DeploySubject> deploy_subject(const NamedModels& named, const config::ModelSpec& over) {
  std::error_code failure;
  ship::DeploySubject subject;
  subject.is_folder = named.is_folder;
  subject.called = named.called();
  subject.path = named.given.string();
  subject.backend = over.backend.value_or("");
  subject.http_port = named.server.http_port;
  subject.grpc_port = named.server.grpc_port;
  subject.metrics_port = named.server.metrics_port;
  subject.drain_timeout = named.server.drain_timeout;
  subject.drain_delay = named.server.drain_delay;
  subject.is_app = named.is_app;
  subject.file_name = named.given.filename().string();
  if (subject.is_app) {
    TRY(subject.app_file, config::read_text_file(named.given));
  }
  subject.notes = named.notes;
  subject.models = names_of(named.sources);
  for (const models::Source& source : named.sources) {
    if (std::ranges::find(subject.model_names, source.spec.name) == subject.model_names.end())
      subject.model_names.push_back(source.spec.name);
    TRY(const auto report, measure::read_model_report(source.path));
    for (const fs::path& read : ship::read_of(source)) subject.read.push_back(read.string());
    for (const std::string& name : report.external_files) {
      const fs::path file = fs::absolute(source.path, failure).parent_path() / name;
      subject.read.push_back(file.lexically_normal().string());
    }
    subject.model_bytes += std::max(report.file_bytes, report.weight_bytes);
    subject.cores = std::max(subject.cores, source.spec.instances.value_or(1) * source.spec.threads.value_or(1));
  }
  return subject;
}

core::Result<void> load_all(const NamedModels& named, ship::DeploySubject& subject) {
  runtime::BackendRegistry backends(runtime::BackendRegistry::default_folders());
  std::vector<models::Source> loaded;
  for (const models::Source& source : named.sources) {
    if (!lacks_device(source, backends)) {
      loaded.push_back(source);
      continue;
    }
    subject.notes.push_back(
        fmt::format("model \"{}\", version {}: no backend here has its device {}, so it was not loaded, and whether it "
                    "can be served is not known; slipway pack must run where there is one",
                    source.spec.name, source.version, *source.spec.device));
  }
  return ship::load_each(loaded, backends, [](const runtime::BackendInfo&) { return core::Result<void>(); });
}

core::Result<void> check_packable(const NamedModels& named) {
  if (!named.is_app) return {};
  const ship::Placement placement{named.given.parent_path(), "app", {}};
  TRY_VOID(ship::configuration_files(named.sources, placement));
  for (const models::Source& source : named.sources) TRY_VOID(ship::version_files(source, placement));
  return {};
}

core::Result<void> check_output(const NamedModels& named, const fs::path& output) {
  TRY_VOID(check_not_read("--output", output, files_read(named)));
  std::error_code failure;
  const fs::path file = fs::weakly_canonical(fs::absolute(output, failure), failure);
  for (const models::Source& source : named.sources) {
    const fs::path model = fs::weakly_canonical(fs::absolute(source.path, failure), failure);
    const bool is_folder = fs::is_directory(model, failure);
    const std::string name = (is_folder ? model.filename() : model.stem()).string();
    if (file == model.parent_path() / (name + ".yaml") || (is_folder && file == model / "model.yaml")) {
      return core::invalid(
          fmt::format("--output {}: a server would read it as the configuration of {}; another name or folder expected",
                      output.string(), model.filename().string()));
    }
  }
  return {};
}

}  // namespace slipway::cli
