#include "ship/cargo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "core/io_error.hpp"
#include "core/own_program.hpp"
#include "models/sha256.hpp"
#include "ship/contents.hpp"
#include "ship/model_files.hpp"
#include "ship/needs.hpp"
#include "ship/sbom.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

namespace {

using Packages = std::map<fs::path, SystemPackage>;

/// The packages that every library came with, which are looked up once.
Packages packages_of_all(const Needs& needs) {
  std::vector<fs::path> all = needs.program;
  for (const auto& [backend, libraries] : needs.libraries) all.insert(all.end(), libraries.begin(), libraries.end());
  return packages_of(all);
}

void append(std::vector<Item>& items, std::vector<Item> more) {
  items.insert(items.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string hex_sha256_of(const fs::path& file) {
  const auto hash = models::sha256_of(file);
  return hash ? models::hex(*hash) : "";
}

/// A library that came with a runtime and not in a package of this system, as TBB does with OpenVINO: libtbb, 12.
Component component_of(const fs::path& library) {
  const std::string name = library.filename().string();
  const auto ending = name.find(".so");
  const bool has_version = ending != std::string::npos && name.size() > ending + 4;
  return {name.substr(0, ending), has_version ? name.substr(ending + 4) : "", "", hex_sha256_of(library)};
}

/// Makes the layers, and notes meanwhile what they are made of.
class Gatherer {
 public:
  explicit Gatherer(const Needs& needs) : needs_(needs), packages_(packages_of_all(needs)) {}

  LayerPlan program(std::vector<Item> licences);
  LayerPlan backend(const runtime::BackendInfo& info);
  void model(const models::Source& source, const std::string& hash) {
    components_.push_back({source.spec.name, source.version, "", hash});
  }

  std::vector<Component> components() const { return components_; }
  std::map<std::string, SystemPackage> owners() && { return std::move(owners_); }

 private:
  void add_library(LayerPlan& plan, const fs::path& library, Item item);
  void add_packages(LayerPlan& plan, const std::vector<fs::path>& libraries);

  const Needs& needs_;
  Packages packages_;
  std::vector<Component> components_;
  std::map<std::string, SystemPackage> owners_;
};

void Gatherer::add_library(LayerPlan& plan, const fs::path& library, Item item) {
  if (const auto found = packages_.find(library); found != packages_.end()) owners_.emplace(item.name, found->second);
  plan.items.push_back(std::move(item));
}

/// The licences of the system's libraries, and what they came with.
void Gatherer::add_packages(LayerPlan& plan, const std::vector<fs::path>& libraries) {
  std::set<SystemPackage> packages;
  for (const fs::path& library : libraries) {
    if (const auto found = packages_.find(library); found != packages_.end()) packages.insert(found->second);
  }
  for (const SystemPackage& package : packages) {
    components_.push_back({package.name, package.version,
                           fmt::format("pkg:deb/debian/{}@{}?arch={}", package.name, package.version, architecture()),
                           ""});
    std::error_code failure;
    if (fs::exists(package.copyright, failure))
      plan.items.push_back(file_item(package.copyright, package.copyright.relative_path().generic_string()));
  }
}

LayerPlan Gatherer::program(std::vector<Item> licences) {
  const fs::path program = core::own_program();
  LayerPlan plan{.title = fmt::format("slipway {} and the libraries it needs", SLIPWAY_VERSION), .items = {}};
  plan.items.push_back(program_item(program, "usr/bin/slipway"));
  for (const fs::path& library : needs_.program) add_library(plan, library, system_library(library));
  append(plan.items, std::move(licences));
  append(plan.items, system_files());
  add_packages(plan, needs_.program);
  components_.push_back({"slipway", SLIPWAY_VERSION, "", hex_sha256_of(program)});
  return plan;
}

LayerPlan Gatherer::backend(const runtime::BackendInfo& info) {
  const BackendFiles files(info);
  LayerPlan plan{.title = fmt::format("backend {}: {} {}", info.name, info.runtime_name, info.runtime_version),
                 .items = {}};
  if (const auto libraries = needs_.libraries.find(info.name); libraries != needs_.libraries.end()) {
    for (const fs::path& library : libraries->second) {
      add_library(plan, library, files.library(library));
      if (!packages_.contains(library)) components_.push_back(component_of(library));
    }
    add_packages(plan, libraries->second);
  }
  append(plan.items, files.data());
  append(plan.items, files.licences(info.name));
  components_.push_back({info.runtime_name, info.runtime_version, "", ""});
  return plan;
}

/// The files of the models and of their configuration.
struct ModelPlans {
  LayerPlan configuration;
  std::vector<LayerPlan> versions;  ///< in the order of the plan's sources
};

core::Result<ModelPlans> model_plans(const PackPlan& plan) {
  const Placement placement{plan.base, plan.target, plan.output};
  ModelPlans plans;
  TRY(plans.configuration, configuration_files(plan.sources, placement));
  append(plans.configuration.items, plan.more);
  for (const models::Source& source : plan.sources) {
    TRY(LayerPlan version, version_files(source, placement));
    plans.versions.push_back(std::move(version));
  }
  return plans;
}

/// Lays the files out below `root` as they will be in the image, by links where the file system allows it, and has the
/// layer take them from there: what is loaded to be tried is what is packed.
core::Result<void> lay_out(LayerPlan& plan, const fs::path& root) {
  for (Item& item : plan.items) {
    const fs::path to = root / item.name;
    std::error_code failure;
    fs::create_directories(to.parent_path(), failure);
    if (failure) return core::cannot_write(root.parent_path(), failure.value());
    const fs::path from = fs::canonical(item.from, failure);
    if (failure) return core::io_failed(item.from, failure);
    if (!fs::exists(to)) {
      fs::create_hard_link(from, to, failure);
      if (failure) fs::copy_file(from, to, failure);
    }
    if (failure) return core::cannot_copy(item.from, root.parent_path(), failure.value());
    item.from = to;
  }
  return {};
}

/// What `slipway serve` will find in the image.
core::Result<std::vector<models::Source>> found_in(const fs::path& root, const PackPlan& plan) {
  const fs::path served = root / fs::path(plan.served).relative_path();
  std::vector<config::AppModel> asked{{served, plan.over}};
  if (plan.is_app) {
    TRY(const auto app, config::load_app_yaml(served));
    asked = app.models;
    for (config::AppModel& model : asked) model.spec = config::merge(std::move(model.spec), plan.over);
  }
  TRY(models::Found found, find_all(asked));
  const auto& sources = found.sources;
  const auto name = [](const models::Source& source) { return std::pair(source.spec.name, source.version); };
  for (const models::Source& source : plan.sources) {
    if (std::ranges::find(sources, name(source), name) == sources.end())
      return core::fail(core::Code::internal,
                        fmt::format("model \"{}\", version {}: is not found in what was packed of it", source.spec.name,
                                    source.version));
  }
  return std::move(found.sources);
}

ImageConfig config_for(const PackPlan& plan, std::map<std::string, std::string> labels) {
  labels["org.opencontainers.image.title"] = plan.name.substr(0, plan.name.rfind(':'));
  labels["org.opencontainers.image.version"] = plan.name.substr(plan.name.rfind(':') + 1);
  labels["org.opencontainers.image.description"] = "Models served by Slipway";
  ImageConfig config{.user = "65532:65532",
                     .ports = plan.ports,
                     .environment = {"SLIPWAY_HOST=::", fmt::format("SLIPWAY_HTTP_PORT={}", plan.http_port),
                                     "SLIPWAY_LOG_FORMAT=json"},
                     .entry_point = {"/usr/bin/slipway", "serve"},
                     .command = {plan.served},
                     .health = {"/usr/bin/slipway", "health"},
                     .labels = std::move(labels),
                     .created = plan.time};
  if (plan.over.backend) config.command.insert(config.command.end(), {"--backend", *plan.over.backend});
  return config;
}

/// A folder that was packed knows no packages of its libraries, and so neither their versions nor their licences.
core::Result<void> check_program() {
  std::error_code failure;
  const fs::path program = core::own_program();
  if (fs::read_symlink("/proc/self/exe", failure) == program) return {};
  return core::fail(core::Code::failed_precondition,
                    fmt::format("{}: runs from a folder that was packed; what packs is an installed program, or one "
                                "that was built here",
                                program.string()));
}

}  // namespace

core::Result<Cargo> gather(const PackPlan& plan, runtime::BackendRegistry& backends, const fs::path& root) {
  TRY_VOID(check_program());
  TRY(ModelPlans of_models, model_plans(plan));
  TRY_VOID(lay_out(of_models.configuration, root));
  for (LayerPlan& version : of_models.versions) TRY_VOID(lay_out(version, root));
  TRY(const auto sources, found_in(root, plan));
  TRY(const Needs needs, needs_of(sources, backends));

  Gatherer gatherer(needs);
  Cargo cargo;
  const BackendFiles installed(needs.backends.begin()->second);
  cargo.layers.push_back(gatherer.program(installed.licences("slipway")));
  for (const auto& [name, info] : needs.backends) {
    cargo.layers.push_back(gatherer.backend(info));
    cargo.backends.push_back(name);
  }
  std::map<std::string, std::string> labels;
  for (const models::Source& source : sources) {
    const std::string hash = fs::is_directory(source.path) ? "" : hex_sha256_of(source.path);
    if (!hash.empty()) labels[fmt::format("org.slipway.model.{}.{}.sha256", source.spec.name, source.version)] = hash;
    gatherer.model(source, hash);
  }
  TRY(std::string bill, spdx(plan.name, plan.time, gatherer.components()));
  of_models.configuration.items.push_back(text_item("usr/share/sbom/slipway.spdx.json", std::move(bill)));
  cargo.layers.push_back(std::move(of_models.configuration));
  std::ranges::sort(of_models.versions, {}, &LayerPlan::title);
  std::ranges::move(of_models.versions, std::back_inserter(cargo.layers));
  cargo.config = config_for(plan, std::move(labels));
  cargo.owners = std::move(gatherer).owners();
  return cargo;
}

}  // namespace slipway::ship
